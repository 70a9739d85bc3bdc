/// A search for a division of groups that comes near the shares of every label.
///
/// To divide groups exactly is a packing problem (NP-hard with many labels), so this looks for a
/// good answer with bounded effort: a greedy start, then single moves and exchanges while they
/// lower the cost, then small random shake-ups of one label at a time, kept where they do not make
/// it worse. Groups with the same number of tracks of every label are interchangeable and are
/// handled as one class, which makes the search independent of the number of tracks.
///
/// Where tracks have several labels, nearly every group is a class of its own. The search then begins with
/// ``IterativeStratification``, and weighs a few exchanges of each group, drawn, instead of all.
///
/// The result depends on the seed and the groups only.
struct GroupSearch {
  /// How many shake-ups are tried.
  private static let shakes = 200
  /// How many moves and exchanges are weighed at most, over the whole search.
  private static let effort = 4_000_000
  /// A gain below this is rounding error.
  private static let leastGain = 1e-9

  private var table: GroupTable
  private var generator: CounterGenerator
  private var weighed = 0
  /// The side of each group to begin with, where tracks have several labels.
  private let first: [Int]?
  /// How many partners are weighed of each label of a group, where tracks have several labels.
  private static let partners = 8
  /// The classes that hold tracks of each label.
  private let classesOfLabel: [[Int]]
  /// For each label the class of its smallest groups: what exchanges between labels are made with.
  private let smallest: [Int]

  /// Prepares a search.
  /// - Parameters:
  ///   - groups: the tracks of each label in each group.
  ///   - labels: how many labels there are.
  ///   - shares: the share of each side, all above 0, with the sum 1.
  ///   - hasSeveralLabels: whether a track may have several labels.
  init(
    groups: [GroupContents], labels: Int, shares: [Double], seed: UInt64,
    hasSeveralLabels: Bool = false
  ) {
    table = GroupTable(groups: groups, labels: labels, shares: shares)
    generator = CounterGenerator(seed: seed, stream: "grouped")
    var classesOfLabel = [[Int]](repeating: [], count: labels)
    for (index, contents) in table.classes.enumerated() {
      for part in contents.labels { classesOfLabel[part.label].append(index) }
    }
    let sizes = table.classSizes
    smallest = classesOfLabel.compactMap { $0.min { (sizes[$0], $0) < (sizes[$1], $1) } }
    self.classesOfLabel = classesOfLabel
    var stratification = IterativeStratification(
      groups: hasSeveralLabels ? groups : [], labels: labels, shares: shares, seed: seed)
    first = hasSeveralLabels ? stratification.run() : nil
  }

  /// The side of each group, in the order given.
  mutating func run() -> [Int] {
    if let first { start(with: first) } else { start() }
    improve(Array(table.classes.indices))
    for _ in 0..<Self.shakes where weighed < Self.effort {
      guard let label = labelToShake() else { break }
      shake(label)
    }
    return table.sides(by: &generator)
  }

  /// Puts the groups, the large ones first on the whole, where each does the most good.
  private mutating func start() {
    let sizes = table.classSizes
    var order: [(weight: Double, kind: Int)] = []
    for (kind, members) in table.members.enumerated() {
      for _ in members {
        let chance = Double(generator.next() >> 11) / Double(1 << 53)
        order.append((Double(sizes[kind]) * (0.5 + chance), kind))
      }
    }
    order.sort { ($1.weight, $0.kind) < ($0.weight, $1.kind) }
    for entry in order {
      var best = 0
      var bestChange = Double.infinity
      for side in 0..<table.sideCount {
        let change = table.changeOfAdding(entry.kind, to: side)
        if change < bestChange { (best, bestChange) = (side, change) }
      }
      table.add(entry.kind, to: best)
    }
  }

  private mutating func start(with sides: [Int]) {
    for (kind, members) in table.members.enumerated() {
      for group in members { table.add(kind, to: sides[group]) }
    }
  }

  /// Whether more may be weighed within a pass over classes. Of tracks with one label there are few classes, and each pass
  /// is done whole.
  private var mayWeigh: Bool { first == nil || weighed < Self.effort }

  /// Moves and exchanges groups of these classes until none of it lowers the cost.
  private mutating func improve(_ classes: [Int]) {
    var isImproved = true
    while isImproved, weighed < Self.effort {
      isImproved = false
      for kind in generator.shuffled(classes) where mayWeigh {
        for from in 0..<table.sideCount {
          for to in 0..<table.sideCount where to != from && table.counts[kind][from] > 0 {
            if tryMove(kind, from, to) || tryExchange(kind, from, to) { isImproved = true }
          }
        }
      }
    }
  }

  private mutating func tryMove(_ kind: Int, _ from: Int, _ to: Int) -> Bool {
    weighed += 1
    if table.changeOfMoving(kind, from: from, to: to) >= -Self.leastGain { return false }
    table.move(kind, from: from, to: to)
    return true
  }

  /// Exchanges a group with one of a label that it shares, or with a smallest one of any label.
  private mutating func tryExchange(_ kind: Int, _ from: Int, _ to: Int) -> Bool {
    let first = table.changeOfMoving(kind, from: from, to: to)
    table.move(kind, from: from, to: to)
    for part in table.classes[kind].labels {
      if tryReturn(partners(of: part.label), except: kind, first, from, to) { return true }
    }
    if self.first == nil, tryReturn(smallest, except: kind, first, from, to) { return true }
    table.move(kind, from: to, to: from)
    return false
  }

  /// The classes that groups with a label are exchanged with: all, or where tracks have several labels a few that are
  /// drawn.
  private mutating func partners(of label: Int) -> [Int] {
    let classes = classesOfLabel[label]
    if first == nil || classes.count <= Self.partners { return classes }
    return (0..<Self.partners).map { _ in classes[Int(generator.next(below: UInt64(classes.count)))]
    }
  }

  /// Moves a group of one of `partners` the other way, where both moves together lower the cost.
  private mutating func tryReturn(
    _ partners: [Int], except kind: Int, _ first: Double, _ from: Int, _ to: Int
  ) -> Bool {
    for partner in partners where partner != kind && table.counts[partner][to] > 0 {
      weighed += 1
      let change = first + table.changeOfMoving(partner, from: to, to: from)
      if change >= -Self.leastGain { continue }
      table.move(partner, from: to, to: from)
      return true
    }
    return false
  }

  /// A label that is a track or more from a target, drawn; nil where all are as near as whole
  /// tracks can be.
  private mutating func labelToShake() -> Int? {
    let candidates = table.labelsOffTarget
    if candidates.isEmpty { return nil }
    return candidates[Int(generator.next(below: UInt64(candidates.count)))]
  }

  /// Moves a few groups of a label anywhere and improves from there; goes back where that was
  /// worse.
  private mutating func shake(_ label: Int) {
    let before = table
    let kinds = classesOfLabel[label]
    for _ in 0..<(2 + Int(generator.next(below: 4))) {
      let kind = kinds[Int(generator.next(below: UInt64(kinds.count)))]
      let filled = (0..<table.sideCount).filter { table.counts[kind][$0] > 0 }
      let from = filled[Int(generator.next(below: UInt64(filled.count)))]
      let to = Int(generator.next(below: UInt64(table.sideCount)))
      if to != from { table.move(kind, from: from, to: to) }
    }
    improve(kinds)
    if table.cost > before.cost + Self.leastGain { table = before }
  }
}
