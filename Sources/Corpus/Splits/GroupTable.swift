/// How many tracks of a label there are in a group.
struct LabelCount: Sendable, Hashable {
  let label: Int
  let count: Int
}

/// How many groups of each class lie on each side, and what that costs.
///
/// The cost is the sum over labels and sides of (got - target)² / target, and the same again for
/// the sides as a whole: a miss counts by how much of the target it is, and large misses count more
/// than many small ones. A target below one track counts as one, so that rare labels do not rule.
struct GroupTable {
  /// The contents of a group of each class.
  let classes: [GroupContents]
  /// The groups of each class, by their positions.
  let members: [[Int]]
  /// Tracks of a group of each class.
  let classSizes: [Int]
  let sideCount: Int
  /// Groups by class and side.
  private(set) var counts: [[Int]]
  private let labelCount: Int
  /// Row `label * sideCount`; the last row is the whole.
  private var misses: [Double]
  private let weights: [Double]
  private var tracks: [Int]

  /// A side that holds nothing costs more than any miss.
  private static let costOfEmptySide = 1e9

  init(groups: [GroupContents], labels: Int, shares: [Double]) {
    var membersOfClass: [GroupContents: [Int]] = [:]
    for (index, group) in groups.enumerated() { membersOfClass[group, default: []].append(index) }
    // By their first members: any order that does not depend on the dictionary would do.
    let ordered = membersOfClass.sorted { ($0.value.first ?? 0) < ($1.value.first ?? 0) }
    classes = ordered.map(\.key)
    members = ordered.map(\.value)
    classSizes = classes.map(\.size)
    labelCount = labels
    sideCount = shares.count
    counts = Array(repeating: Array(repeating: 0, count: shares.count), count: classes.count)
    var sizes = [Int](repeating: 0, count: labels + 1)
    for group in groups {
      sizes[labels] += group.size
      for part in group.labels { sizes[part.label] += part.count }
    }
    let targets = sizes.flatMap { size in shares.map { $0 * Double(size) } }
    misses = targets.map { -$0 }
    weights = targets.map { 1 / max(1, $0) }
    tracks = Array(repeating: 0, count: shares.count)
  }

  /// What the division costs now.
  var cost: Double {
    let ofMisses = misses.indices.reduce(0) { $0 + misses[$1] * misses[$1] * weights[$1] }
    return ofMisses + Double(tracks.count { $0 == 0 }) * Self.costOfEmptySide
  }

  /// Labels that miss a target by a track or more.
  var labelsOffTarget: [Int] {
    (0..<labelCount).filter { label in
      (0..<sideCount).contains { abs(misses[label * sideCount + $0]) > 1 - 1e-9 }
    }
  }

  /// How the cost changes when a group of this class comes to a side.
  ///
  /// That a side is no longer empty is left out: the first groups, the largest, would go there.
  func changeOfAdding(_ kind: Int, to side: Int) -> Double { change(kind, side, sign: 1) }

  /// How the cost changes when a group of this class changes its side.
  func changeOfMoving(_ kind: Int, from: Int, to: Int) -> Double {
    let emptied = tracks[from] == classSizes[kind] ? 1.0 : 0
    let filled = tracks[to] == 0 ? 1.0 : 0
    return change(kind, from, sign: -1) + change(kind, to, sign: 1)
      + (emptied - filled) * Self.costOfEmptySide
  }

  mutating func add(_ kind: Int, to side: Int) { put(kind, side, sign: 1) }

  mutating func move(_ kind: Int, from: Int, to: Int) {
    put(kind, from, sign: -1)
    put(kind, to, sign: 1)
  }

  /// (miss + n)² - miss² of the labels and of the whole.
  private func change(_ kind: Int, _ side: Int, sign: Double) -> Double {
    func change(_ index: Int, _ count: Int) -> Double {
      let step = sign * Double(count)
      return weights[index] * step * (step + 2 * misses[index])
    }
    var sum = change(labelCount * sideCount + side, classSizes[kind])
    for part in classes[kind].labels { sum += change(part.label * sideCount + side, part.count) }
    return sum
  }

  private mutating func put(_ kind: Int, _ side: Int, sign: Int) {
    for part in classes[kind].labels {
      misses[part.label * sideCount + side] += Double(sign * part.count)
    }
    misses[labelCount * sideCount + side] += Double(sign * classSizes[kind])
    counts[kind][side] += sign
    tracks[side] += sign * classSizes[kind]
  }

  /// The side of each group: the members of a class are dealt out at random, as many as were
  /// counted.
  func sides(by generator: inout CounterGenerator) -> [Int] {
    var sides = [Int](repeating: 0, count: members.reduce(0) { $0 + $1.count })
    for (kind, groups) in members.enumerated() {
      var remaining = generator.shuffled(groups)[...]
      for (side, count) in counts[kind].enumerated() {
        for group in remaining.prefix(count) { sides[group] = side }
        remaining = remaining.dropFirst(count)
      }
    }
    return sides
  }
}
