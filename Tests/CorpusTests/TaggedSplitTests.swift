import Foundation
import Testing

@testable import Corpus

/// Splits of tracks with several labels.
@Suite struct TaggedSplitTests {
  private func split(
    _ policy: SplitPolicy, _ division: SplitPlan.Division = .ratios([0.8, 0.1, 0.1]),
    seed: UInt64 = 1, _ tracks: [SplitTrack]
  ) throws -> Split {
    try Split.make(SplitPlan(policy: policy, seed: seed, division: division), tracks: tracks)
  }

  /// Where each track has one label, tags change nothing: splits that were made before stay as they are.
  @Test(arguments: [SplitPolicy.stratified, .grouped])
  func oneTagEachIsOneLabelEach(policy: SplitPolicy) throws {
    for seed in 0..<4 as Range<UInt64> {
      let tracks = RandomTracks.make(seed: seed, labels: 4)
      let tagged = tracks.map {
        SplitTrack(
          id: $0.id, label: "", tags: TrackTags([$0.label]), group: $0.group, artist: $0.artist,
          title: $0.title)
      }
      for division in [SplitPlan.Division.ratios([0.8, 0.1, 0.1]), .folds(3)] {
        let plain = try split(policy, division, seed: seed, tracks)
        #expect(try split(policy, division, seed: seed, tagged).assignment == plain.assignment)
        #expect(
          SplitAudit(plain, tracks: tracks).sides == SplitAudit(plain, tracks: tagged).sides)
      }
    }
  }

  @Test(arguments: GroupedSplitTests.divisions)
  func theyDependOnSeedAndTracksAlone(division: SplitPlan.Division) throws {
    var random = CounterGenerator(seed: 7, stream: "order")
    for policy in [SplitPolicy.stratified, .grouped] {
      let tracks = RandomTracks.tagged(seed: 3, tracks: 200, labels: 12)
      let first = try split(policy, division, tracks)
      #expect(Set(first.assignment.keys) == Set(tracks.map(\.id)))
      #expect(try split(policy, division, random.shuffled(tracks)) == first)
      let others = try (2..<6 as Range<UInt64>).map {
        try split(policy, division, seed: $0, tracks).assignment
      }
      #expect(others.contains { $0 != first.assignment })
      let plan = first.plan
      let used = Set(zip(plan.sides, plan.shares).filter { $0.1 > 0 }.map(\.0))
      #expect(Set(first.assignment.values) == used)
    }
  }

  /// A track with several labels counts for each, and once for its side.
  @Test func balanceCountsEveryLabel() throws {
    let tracks = [
      SplitTrack(id: "a", label: "", tags: TrackTags(["x", "y"])),
      SplitTrack(id: "b", label: "", tags: TrackTags(["x": 0.1])),
      SplitTrack(id: "c", label: "", tags: TrackTags(["y"])),
      SplitTrack(id: "d", label: "", tags: TrackTags(["x", "z"])),
    ]
    let plan = try SplitPlan(seed: 1, division: .ratios([0.5, 0.5]))
    let split = try Split(
      plan: plan, sides: plan.sides,
      assignment: ["a": "train", "b": "train", "c": "test", "d": "test"])
    let balance = split.balance(tracks: tracks)
    #expect(balance.totals.map(\.got) == [2, 2] && balance.totals.map(\.target) == [2, 2])
    #expect(balance.labels.map(\.label) == ["x", "y", "z", "x", "y", "z"])
    #expect(balance.labels.map(\.got) == [2, 1, 0, 1, 1, 1])
    let audit = SplitAudit(split, tracks: tracks)
    #expect(audit.sides.map(\.labels) == [["x": 2, "y": 1], ["x": 1, "y": 1, "z": 1]])
    // On the first side every track has x: odds without a measure.
    let distribution = balance.distribution
    #expect(distribution == LabelDistribution(labels: nil, examples: 0, emptyPairs: 1))
  }

  /// By hand: 8 tracks in two sides of 4; x is on 3 of 4 and 1 of 4 (odds 3 and 1/3 about 1 in all), y on 1 of 4 each.
  @Test func theMeasuresAreThePapers() throws {
    let tags = [["x", "y"], ["x"], ["x"], [], ["x"], ["y"], [], []]
    // What has no label stays outside of splits that are made, not of those that are given.
    let tracks = tags.enumerated().map {
      SplitTrack(id: "t\($0)", label: "", tags: TrackTags($1))
    }
    let plan = try SplitPlan(seed: 1, division: .ratios([0.5, 0.5]))
    let split = try Split(
      plan: plan, sides: plan.sides,
      assignment: Dictionary(
        uniqueKeysWithValues: (0..<8).map { ("t\($0)", $0 < 4 ? "train" : "test") }))
    let distribution = split.balance(tracks: tracks).distribution
    let expected = ((3.0 - 1) + (1 - 1.0 / 3) + 0 + 0) / 4
    #expect(abs(try #require(distribution.labels) - expected) < 1e-12)
    #expect(distribution.examples == 0 && distribution.emptyPairs == 0)
  }

  /// Against drawing at random, and against the best there is: with ten tracks of a label, a tenth is one.
  @Test func labelsAreSharedOutAlike() throws {
    for seed in 0..<4 as Range<UInt64> {
      let tracks = RandomTracks.tagged(seed: seed)
      let made = try split(.stratified, seed: seed, tracks).balance(tracks: tracks)
      var random = CounterGenerator(seed: seed, stream: "drawn")
      let ids = random.shuffled(tracks.map(\.id))
      let plan = try SplitPlan(seed: seed, division: .ratios([0.8, 0.1, 0.1]))
      let drawn = try Split(
        plan: plan, sides: plan.sides,
        assignment: Dictionary(
          uniqueKeysWithValues: ids.enumerated().map {
            ($1, $0 < 480 ? "train" : $0 < 540 ? "validation" : "test")
          })
      ).balance(tracks: tracks)
      let found = try #require(made.distribution.labels)
      #expect(found < (try #require(drawn.distribution.labels)) / 4)
      #expect(made.distribution.examples < 1)
      #expect(made.labels.allSatisfy { abs($0.deviation) < 2 })
    }
  }

  @Test func groupsStayWholeAndCostLittle() throws {
    for seed in 0..<4 as Range<UInt64> {
      let tracks = RandomTracks.tagged(seed: seed)
      let grouped = try split(.grouped, seed: seed, tracks)
      #expect(SplitAudit(grouped, tracks: tracks).highestPercent == 0)
      let loose = try split(.stratified, seed: seed, tracks).balance(tracks: tracks)
      let whole = grouped.balance(tracks: tracks)
      #expect(
        try #require(whole.distribution.labels) < 8 * (#require(loose.distribution.labels)) + 0.01)
      #expect(whole.distribution.examples < 8)
    }
  }

  /// The rarest label first: of two tracks with it, each side gets one, whatever the common one does.
  @Test func theRarestLabelIsDividedFirst() throws {
    for seed in 0..<8 as Range<UInt64> {
      var contents = (0..<20).map { _ in GroupContents([[0]]) }
      contents[3] = GroupContents([[0, 1]])
      contents[11] = GroupContents([[0, 1]])
      var stratification = IterativeStratification(
        groups: contents, labels: 2, shares: [0.5, 0.5], seed: seed)
      let sides = stratification.run()
      #expect(sides[3] != sides[11] && sides.count { $0 == 0 } == 10)
    }
  }

  /// Tables for `Tests/Reference/compare_tag_splits.py`, written where `LATHE_TAG_SPLITS` says.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["LATHE_TAG_SPLITS"] != nil))
  func writesSplitsForTheComparison() throws {
    struct Division: Encodable {
      let sides: [Int]
      let labels: Double?
      let examples: Double
    }
    struct Table: Encodable {
      var truth: [[Int]]
      var shares: [Double]
      var stratified: [Division] = []
      var grouped: [Division] = []
    }
    let folder = try #require(ProcessInfo.processInfo.environment["LATHE_TAG_SPLITS"])
    let divisions: [SplitPlan.Division] = [.ratios([0.8, 0.1, 0.1]), .folds(10)]
    for (number, (count, labels)) in [(600, 30), (5_000, 50), (20_000, 190)].enumerated() {
      let tracks = RandomTracks.tagged(seed: 1, tracks: count, labels: labels)
      let names = Set(tracks.flatMap(\.labelNames)).sorted()
      for (index, division) in divisions.enumerated() {
        var table = Table(
          truth: tracks.map { track in names.map { track.labelNames.contains($0) ? 1 : 0 } },
          shares: try SplitPlan(seed: 1, division: division).shares)
        for seed in 0..<3 as Range<UInt64> {
          for policy in [SplitPolicy.stratified, .grouped] {
            let split = try split(policy, division, seed: seed, tracks)
            let indices = Dictionary(
              uniqueKeysWithValues: split.sides.enumerated().map { ($1, $0) })
            let distribution = split.balance(tracks: tracks).distribution
            let made = Division(
              sides: tracks.map { split.assignment[$0.id].flatMap { indices[$0] } ?? -1 },
              labels: distribution.labels, examples: distribution.examples)
            if policy == .grouped {
              table.grouped.append(made)
            } else {
              table.stratified.append(made)
            }
          }
        }
        let file = "\(folder)/table-\(number)-\(index).json"
        try JSONEncoder().encode(table).write(to: URL(fileURLWithPath: file))
      }
    }
  }
}
