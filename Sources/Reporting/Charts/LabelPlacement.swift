/// Moves labels apart.
enum LabelPlacement {
  /// Positions with at least `distance` between them, in the order of the wanted ones and as near
  /// to them as can be; closer together where the limits leave no room.
  static func spread(
    _ wanted: [Double], by distance: Double, within limits: ClosedRange<Double>
  ) -> [Double] {
    guard !wanted.isEmpty else { return [] }
    let room = limits.upperBound - limits.lowerBound
    let step = min(distance, wanted.count > 1 ? room / Double(wanted.count - 1) : distance)
    let order = wanted.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
    // Neighbours that are too close form a block around the mean of what they want; blocks that
    // touch merge.
    var blocks: [(sum: Double, members: [Int])] = []
    func start(_ block: (sum: Double, members: [Int])) -> Double {
      let length = step * Double(block.members.count - 1)
      let first = block.sum / Double(block.members.count) - length / 2
      return min(max(first, limits.lowerBound), limits.upperBound - length)
    }
    for index in order {
      blocks.append((wanted[index], [index]))
      while blocks.count > 1 {
        let (last, before) = (blocks[blocks.count - 1], blocks[blocks.count - 2])
        let end = start(before) + step * Double(before.members.count)
        if start(last) >= end - 1e-9 { break }
        blocks.removeLast(2)
        blocks.append((before.sum + last.sum, before.members + last.members))
      }
    }
    var positions = wanted
    for block in blocks {
      for (rank, index) in block.members.enumerated() {
        positions[index] = start(block) + step * Double(rank)
      }
    }
    return positions
  }
}
