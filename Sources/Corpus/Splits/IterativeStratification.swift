/// What a group of tracks that stay together holds.
struct GroupContents: Sendable, Hashable {
  /// How many of its tracks have each label: ascending by label.
  let labels: [LabelCount]
  /// How many tracks it has; as many as labels where each track has one.
  let size: Int

  /// The contents of tracks whose labels are given by their numbers.
  init(_ tracks: [[Int]]) {
    var counts: [Int: Int] = [:]
    for label in tracks.joined() { counts[label, default: 0] += 1 }
    labels = counts.sorted { $0.key < $1.key }.map { LabelCount(label: $0.key, count: $0.value) }
    size = tracks.count
  }
}

/// A division of groups whose tracks have several labels, in which every side gets near its share of every label.
///
/// Iterative stratification (Sechidis, Tsoumakas, Vlahavas, "On the Stratification of Multi-Label Data", ECML PKDD 2011),
/// for groups of tracks as well as for single ones: of the labels that are left, the rarest is divided first, since it
/// has the fewest ways to go right. Each of its groups goes to the side that lacks most tracks of the label, of several to
/// the one that lacks most tracks in all, of several still to one that is drawn. Groups with more tracks of the label come
/// first, those with equally many in an order that is drawn.
struct IterativeStratification {
  private let groups: [GroupContents]
  private let groupsOfLabel: [[Int]]
  /// Tracks of each label that have no side yet.
  private var remaining: [Int]
  /// Tracks of a label that a side lacks: row `label * sides + side`; the last row is of all tracks.
  private var lacking: [Double]
  private let sideCount: Int
  private var generator: CounterGenerator

  /// - Parameters:
  ///   - labels: how many labels there are.
  ///   - shares: the share of each side, all above 0, with the sum 1.
  init(groups: [GroupContents], labels: Int, shares: [Double], seed: UInt64) {
    self.groups = groups
    sideCount = shares.count
    generator = CounterGenerator(seed: seed, stream: "iterative")
    var groupsOfLabel = [[Int]](repeating: [], count: labels)
    var sizes = [Int](repeating: 0, count: labels + 1)
    for (index, group) in groups.enumerated() {
      sizes[labels] += group.size
      for part in group.labels {
        groupsOfLabel[part.label].append(index)
        sizes[part.label] += part.count
      }
    }
    self.groupsOfLabel = groupsOfLabel
    remaining = Array(sizes[..<labels])
    lacking = sizes.flatMap { size in shares.map { $0 * Double(size) } }
  }

  /// The side of each group, in the order given.
  /// - Complexity: O(labels² + groups · log groups + labels of all groups · sides).
  mutating func run() -> [Int] {
    var sides = [Int](repeating: -1, count: groups.count)
    while let label = rarestLabel() {
      let open = generator.shuffled(groupsOfLabel[label].filter { sides[$0] < 0 })
      let counts = open.map { group in
        groups[group].labels.first { $0.label == label }?.count ?? 0
      }
      // By the position in the drawn order where counts are equal: sorting need not be stable.
      for index in open.indices.sorted(by: { (counts[$1], $0) < (counts[$0], $1) }) {
        sides[open[index]] = put(open[index], by: label)
      }
    }
    // What has no label, from the largest on.
    let open = generator.shuffled(sides.indices.filter { sides[$0] < 0 })
    for index in open.indices.sorted(by: {
      (groups[open[$1]].size, $0) < (groups[open[$0]].size, $1)
    }) {
      sides[open[index]] = put(open[index], by: remaining.count)
    }
    return sides
  }

  /// The label with the fewest tracks without a side; nil where all have one.
  private mutating func rarestLabel() -> Int? {
    guard let fewest = remaining.filter({ $0 > 0 }).min() else { return nil }
    let rarest = remaining.indices.filter { remaining[$0] == fewest }
    return rarest[Int(generator.next(below: UInt64(rarest.count)))]
  }

  /// Puts a group where most tracks of a label are lacking.
  private mutating func put(_ group: Int, by label: Int) -> Int {
    let all = remaining.count
    func most(_ sides: [Int], _ row: Int) -> [Int] {
      let largest = sides.map { lacking[row * sideCount + $0] }.max()
      return sides.filter { lacking[row * sideCount + $0] == largest }
    }
    let equals = most(most(Array(0..<sideCount), label), all)
    let side =
      equals.count == 1 ? equals[0] : equals[Int(generator.next(below: UInt64(equals.count)))]
    for part in groups[group].labels {
      remaining[part.label] -= part.count
      lacking[part.label * sideCount + side] -= Double(part.count)
    }
    lacking[all * sideCount + side] -= Double(groups[group].size)
    return side
  }
}
