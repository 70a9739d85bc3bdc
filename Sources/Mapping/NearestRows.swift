/// The nearest others of each row, by Euclidean distance; of equal ones the first.
///
/// All pairs are looked at: n² · d operations, a second for 10,000 rows of 57 numbers on one core.
struct NearestRows {
  /// How many each row has.
  let each: Int
  /// Their numbers, row after row, the nearest first.
  let rows: SharedNumbers<Int32>
  /// The squares of their distances.
  let distances: SharedNumbers<Float>

  private struct Near {
    let distance: Float
    let row: Int32

    static func < (one: Near, other: Near) -> Bool {
      (one.distance, one.row) < (other.distance, other.row)
    }
  }

  /// Finds them.
  /// - Parameters:
  ///   - numbers: row after row, all finite.
  ///   - columns: how many stand in a row, 1 or more.
  ///   - each: how many to find, less than there are rows.
  init(of numbers: [Float], columns: Int, each: Int, threads: Int) {
    let count = numbers.count / columns
    let width = (columns + 7) / 8
    let packed = SharedNumbers(repeating: SIMD8<Float>(), count: count * width)
    for row in 0..<count {
      for column in 0..<columns {
        packed[row * width + column / 8][column % 8] = numbers[row * columns + column]
      }
    }
    let rows = SharedNumbers<Int32>(repeating: 0, count: count * each)
    let distances = SharedNumbers<Float>(repeating: 0, count: count * each)
    RowChunks.perform(count, threads: threads) { _, chunk in
      var near: [Near] = []
      near.reserveCapacity(each + 1)
      for row in chunk {
        near.removeAll(keepingCapacity: true)
        for other in 0..<count where other != row {
          var sums = SIMD8<Float>()
          for part in 0..<width {
            let difference = packed[row * width + part] - packed[other * width + part]
            sums += difference * difference
          }
          let found = Near(distance: sums.sum(), row: Int32(other))
          if near.count == each, let last = near.last, !(found < last) { continue }
          Self.insert(found, into: &near)
          if near.count > each { near.removeLast() }
        }
        for (rank, one) in near.enumerated() {
          rows[row * each + rank] = one.row
          distances[row * each + rank] = one.distance
        }
      }
    }
    self.each = each
    self.rows = rows
    self.distances = distances
  }

  private static func insert(_ found: Near, into near: inout [Near]) {
    var (low, high) = (0, near.count)
    while low < high {
      let middle = (low + high) / 2
      if near[middle] < found { low = middle + 1 } else { high = middle }
    }
    near.insert(found, at: low)
  }
}
