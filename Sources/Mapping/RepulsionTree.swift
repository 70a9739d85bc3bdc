/// Points on a plane in ever smaller squares (J. Barnes and P. Hut, Nature 324, 1986): points of a
/// square that is far away push as if they were all in its middle.
struct RepulsionTree: Sendable {
  private struct Square {
    /// The mean position of its points.
    var x: Double
    var y: Double
    /// How many they are.
    var points: Double
    /// The square of its side; 0 where it is not divided further.
    var sideSquared: Double
    /// The square that follows once all within this one are passed over.
    var next: Int32
  }

  /// Depth first: the squares within one follow it.
  private var squares: [Square] = []
  private static let levels = SquareCurve.levels

  /// Divides the points.
  init(_ xs: SharedNumbers<Double>, _ ys: SharedNumbers<Double>) {
    let count = xs.count
    var (left, right, low, high) = (xs[0], xs[0], ys[0], ys[0])
    for index in 0..<count {
      (left, right) = (min(left, xs[index]), max(right, xs[index]))
      (low, high) = (min(low, ys[index]), max(high, ys[index]))
    }
    let side = max(right - left, high - low, 1e-300)
    let curve = SquareCurve(left: left, low: low, side: side)
    // Points of equal positions by their number.
    var order = (0..<count).map { index in
      UInt64(curve.position(x: xs[index], y: ys[index])) << 32 | UInt64(index)
    }
    order.sort()
    squares.reserveCapacity(2 * count)
    divide(order[...], level: 0, side: side * 65_536 / 65_535, xs, ys)
  }

  private mutating func divide(
    _ points: ArraySlice<UInt64>, level: Int, side: Double, _ xs: SharedNumbers<Double>,
    _ ys: SharedNumbers<Double>
  ) {
    guard let first = points.first, let last = points.last else { return }
    // Squares of which all but one quarter are empty say nothing.
    var (level, side) = (level, side)
    func quarter(_ point: UInt64) -> UInt64 { point >> UInt64(62 - 2 * level) & 3 }
    while level < Self.levels, quarter(first) == quarter(last) {
      level += 1
      side /= 2
    }
    let index = squares.count
    squares.append(Square(x: 0, y: 0, points: Double(points.count), sideSquared: 0, next: 0))
    var (x, y) = (0.0, 0.0)
    if points.count == 1 || level == Self.levels {
      for point in points {
        x += xs[Int(point & 0xFFFF_FFFF)]
        y += ys[Int(point & 0xFFFF_FFFF)]
      }
    } else {
      squares[index].sideSquared = side * side
      var rest = points
      while let next = rest.first {
        let part = rest.prefix { quarter($0) == quarter(next) }
        let inner = squares.count
        divide(part, level: level + 1, side: side / 2, xs, ys)
        x += squares[inner].x * squares[inner].points
        y += squares[inner].y * squares[inner].points
        rest = rest[part.endIndex...]
      }
    }
    squares[index].x = x / Double(points.count)
    squares[index].y = y / Double(points.count)
    squares[index].next = Int32(squares.count)
  }

  /// How all points together push one away, each by `q²` times the way from it, `q` being
  /// `1 / (1 + distance²)`, and the sum of all `q`; the point itself counts in that sum by 1.
  /// - Parameter angle: a square counts as one point where it is not wider than so many times its
  ///   distance; 0 for exact sums.
  func push(x: Double, y: Double, angle: Double) -> (x: Double, y: Double, sum: Double) {
    let limit = angle * angle
    return squares.withUnsafeBufferPointer { squares in
      var (pushX, pushY, sum) = (0.0, 0.0, 0.0)
      var index = 0
      while index < squares.count {
        let square = squares[index]
        let (wayX, wayY) = (x - square.x, y - square.y)
        let distance = wayX * wayX + wayY * wayY
        guard square.sideSquared <= limit * distance else {
          index += 1
          continue
        }
        let q = 1 / (1 + distance)
        let all = square.points * q
        sum += all
        pushX += all * q * wayX
        pushY += all * q * wayY
        index = Int(square.next)
      }
      return (pushX, pushY, sum)
    }
  }
}
