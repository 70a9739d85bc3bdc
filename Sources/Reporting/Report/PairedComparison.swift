import Corpus
import Training

/// Two configurations on the same tracks: under one policy, each run of the one beside the run of
/// the other that has the same split, test side and seed.
struct PairedComparison: Sendable {
  /// What both were divided by.
  let policy: String
  /// The configurations, of which the first has more parameters where that is known.
  let first, second: String
  /// How many pairs of runs.
  let pairs: Int
  /// How many tracks they were tested on, each counted once.
  let tracks: Int
  /// The accuracy of the first less that of the second, with its interval at 95 % over tracks.
  let difference: Double
  let interval: ClosedRange<Double>
  /// How many tests only the first had right, and only the second.
  let wins: (first: Int, second: Int)
  /// Two-sided, exact.
  let pValue: Double
  /// The same after Holm, over the comparisons under this policy.
  fileprivate(set) var corrected: Double

  /// Nil where no runs pair off, or their tracks were not kept.
  private init?(_ first: RunGroup, _ second: RunGroup) {
    let others = Dictionary(
      second.runs.map { (Round($0), $0) }, uniquingKeysWith: { one, _ in one })
    let tests = first.runs.compactMap { run -> (first: [TrackOutcome], second: [TrackOutcome])? in
      guard let own = run.outcomes, let other = others[Round(run)]?.outcomes else { return nil }
      return (own, other)
    }
    guard let tracks = PairedTracks(tests: tests), let pValue = SignFlipTest.pValue(tracks) else {
      return nil
    }
    policy = first.record.split.policy
    self.first = first.configuration
    self.second = second.configuration
    pairs = tests.count
    self.tracks = tracks.tracks.count
    difference = tracks.difference
    interval = TrackBootstrap().interval(tracks)
    wins = tracks.wins
    self.pValue = pValue
    corrected = pValue
  }

  /// What two runs have in common that pair off.
  private struct Round: Hashable {
    let split: String
    let test: String?
    let seed: UInt64

    init(_ run: RunContents) {
      split = run.record.split.fingerprint
      test = run.record.sides.test
      seed = run.record.seed
    }
  }

  /// So many configurations are all compared with each other; of more, each is with the best.
  private static let mostForAll = 6

  /// The comparisons of all groups, policy by policy.
  static func all(_ groups: [RunGroup]) -> [PairedComparison] {
    var order: [String] = []
    var families: [String: [RunGroup]] = [:]
    for group in groups
    where !group.record.isTagged && group.runs.contains(where: { $0.outcomes != nil }) {
      let key = "\(group.record.source.path)\u{1}\(group.record.split.policy)"
      if families[key] == nil { order.append(key) }
      families[key, default: []].append(group)
    }
    return order.flatMap { compared(families[$0] ?? []) }
  }

  private static func compared(_ family: [RunGroup]) -> [PairedComparison] {
    let sorted = family.enumerated().sorted {
      ($0.element.record.parameters ?? .max, $0.offset)
        < ($1.element.record.parameters ?? .max, $1.offset)
    }.map(\.element)
    var chosen: [(RunGroup, RunGroup)] = []
    if sorted.count <= mostForAll {
      for (index, second) in sorted.enumerated() {
        chosen += sorted[(index + 1)...].map { ($0, second) }
      }
    } else {
      let scores = sorted.map { GroupFigures($0)?.score ?? 0 }
      let best = scores.indices.max { scores[$0] < scores[$1] } ?? 0
      chosen = sorted.indices.filter { $0 != best }.map { (sorted[best], sorted[$0]) }
    }
    var comparisons = chosen.compactMap { PairedComparison($0, $1) }
    for (index, value) in HolmCorrection.corrected(comparisons.map(\.pValue)).enumerated() {
      comparisons[index].corrected = value
    }
    return comparisons
  }
}

extension RunContents {
  /// What each track of the test side was taken for; nil where that was not kept.
  var outcomes: [TrackOutcome]? {
    let outcomes = record.sides.test.flatMap { result?.evaluations[$0]?.outcomes }
    return outcomes?.isEmpty == false ? outcomes : nil
  }
}

extension RunGroup {
  /// Mode, trainer and variant: the title without the policy.
  var configuration: String {
    let trainer = record.trainer == record.view ? "" : record.trainer
    return [record.view, trainer, variant].filter { !$0.isEmpty }.joined(separator: ", ")
  }
}
