import Mapping

/// Points on a plane in an order of which every beginning shows the whole: whoever can draw some of
/// them only draws the first ones, and the first ones within a part of the plane where that part is
/// looked at. It depends on nothing but positions, labels and their order.
///
/// Within a label every other point is the next one of ever smaller squares of the plane, one point
/// a square, so that what lies by itself comes early; those between are chosen evenly among all, so
/// that what is dense looks dense. A label of `n` points has a share as the square root of `n`: a
/// rare one is there as a whole before a common one is.
struct OverviewOrder: Sendable {
  /// The numbers of the points.
  let points: [Int32]

  /// Orders points.
  /// - Parameters:
  ///   - xs, ys: where they lie, all finite.
  ///   - labels: the number of the label of each, from 0.
  init(xs: [Double], ys: [Double], labels: [Int32]) {
    let codes = Self.codes(xs, ys)
    var members: [Int32: [Int32]] = [:]
    for (point, label) in labels.enumerated() { members[label, default: []].append(Int32(point)) }
    var keys: [(key: Double, point: Int32)] = []
    keys.reserveCapacity(labels.count)
    for points in members.values {
      let share = Double(points.count).squareRoot()
      for (index, point) in Self.order(points, codes).enumerated() {
        keys.append((Double(index + 1) / share, point))
      }
    }
    keys.sort { ($0.key, $0.point) < ($1.key, $1.point) }
    points = keys.map(\.point)
  }

  /// The points of one label.
  private static func order(_ points: [Int32], _ codes: [UInt32]) -> [Int32] {
    let along = points.sorted { (codes[Int($0)], $0) < (codes[Int($1)], $1) }
    // The first point of a square at some level represents the square.
    var levels = [Int](repeating: 0, count: along.count)
    for index in along.indices.dropFirst() {
      let difference = codes[Int(along[index])] ^ codes[Int(along[index - 1])]
      levels[index] = difference.leadingZeroBitCount / 2 + 1
    }
    let bySquare = along.indices.sorted {
      (levels[$0], mixed(along[$0]), along[$0]) < (levels[$1], mixed(along[$1]), along[$1])
    }.map { along[$0] }
    let byChance = points.sorted { (mixed($0), $0) < (mixed($1), $1) }
    var taken = Set<Int32>(minimumCapacity: points.count)
    var order: [Int32] = []
    order.reserveCapacity(points.count)
    for pair in zip(bySquare, byChance) {
      for point in [pair.0, pair.1] where taken.insert(point).inserted { order.append(point) }
    }
    return order
  }

  /// Where each point lies on a curve that goes through all squares: two bits a level.
  private static func codes(_ xs: [Double], _ ys: [Double]) -> [UInt32] {
    guard let left = xs.min(), let right = xs.max(), let low = ys.min(), let high = ys.max() else {
      return []
    }
    let curve = SquareCurve(left: left, low: low, side: max(right - left, high - low, 1e-300))
    return zip(xs, ys).map { curve.position(x: $0, y: $1) }
  }

  /// A number that says nothing of the one it is made from (SplitMix64's last step).
  private static func mixed(_ number: Int32) -> UInt64 {
    var bits = UInt64(UInt32(bitPattern: number)) &* 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }
}
