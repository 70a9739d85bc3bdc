import FoundationEssentials
import Testing

@testable import Corpus

@Suite struct SplitTests {
  static func tracks(_ sizes: [Int]) -> [(id: String, label: String)] {
    sizes.enumerated().flatMap { label, size in
      (0..<size).map { (id: "l\(label).\($0)", label: "l\(label)") }
    }
  }

  /// Shares that exercise rounding: thirds, halves, an empty side.
  static let divisions: [SplitPlan.Division] = [
    .ratios([0.8, 0.1, 0.1]), .ratios([0.7, 0.15, 0.15]), .ratios([0.5, 0.5]),
    .ratios([1 / 3, 1 / 3, 1 - 2 / 3]), .ratios([0.9, 0, 0.1]), .folds(2), .folds(5), .folds(7),
  ]

  @Test(arguments: divisions)
  func everyLabelAndTheWholeStayWithinOneTrack(division: SplitPlan.Division) throws {
    var random = CounterGenerator(seed: 21, stream: "sizes")
    for seed in 0..<40 {
      let labels = Int(random.next(below: 12)) + 1
      var sizes = (0..<labels).map { _ in Int(random.next(below: 25)) + 1 }
      if seed.isMultiple(of: 3) { sizes[0] += 100 }
      let tracks = Self.tracks(sizes)
      let plan = try SplitPlan(seed: UInt64(seed), division: division)
      if case .folds(let count) = division, count > tracks.count { continue }
      let split = try Split.make(plan, tracks: tracks)
      #expect(Set(split.assignment.keys) == Set(tracks.map(\.id)), "every track once")
      let counts = split.counts(tracks: tracks)
      for (side, share) in zip(plan.sides, plan.shares) {
        let ofSide = try #require(counts[side])
        for (label, size) in sizes.enumerated() {
          let count = Double(try #require(ofSide["l\(label)"]))
          #expect(abs(count - share * Double(size)) < 1)
        }
        let total = Double(ofSide.values.reduce(0, +))
        #expect(abs(total - share * Double(tracks.count)) < 1)
        #expect(Double(split.ids(of: side).count) == total)
      }
      let again = try Split.make(plan, tracks: random.shuffled(tracks))
      #expect(again == split, "the order of the input must not matter")
    }
  }

  /// The repair must find a table wherever rounding row by row ends outside the bounds.
  @Test func columnsAreWithinTheirBoundsForRandomShares() {
    var random = CounterGenerator(seed: 4, stream: "tables")
    for _ in 0..<400 {
      let columns = Int(random.next(below: 6)) + 2
      let weights = (0..<columns).map { _ in Double(random.next(below: 1_000)) + 1 }
      let shares = weights.map { $0 / weights.reduce(0, +) }
      let sizes = (0..<Int(random.next(below: 20)) + 1).map { _ in Int(random.next(below: 9)) }
      let table = Apportionment(sizes: sizes, shares: shares).counts
      #expect(table.map { $0.reduce(0, +) } == sizes)
      for column in 0..<columns {
        let total = table.reduce(0) { $0 + $1[column] }
        #expect(abs(Double(total) - shares[column] * Double(sizes.reduce(0, +))) < 1)
        for (row, size) in zip(table, sizes) {
          #expect(abs(Double(row[column]) - shares[column] * Double(size)) < 1)
        }
      }
    }
  }

  @Test func exactSharesAreExact() throws {
    let tracks = Self.tracks(Array(repeating: 100, count: 10))
    let split = try Split.make(
      SplitPlan(seed: 1, division: .ratios([0.8, 0.1, 0.1])), tracks: tracks)
    for label in 0..<10 {
      #expect(split.counts(tracks: tracks)["train"]?["l\(label)"] == 80)
      #expect(split.counts(tracks: tracks)["validation"]?["l\(label)"] == 10)
      #expect(split.counts(tracks: tracks)["test"]?["l\(label)"] == 10)
    }
  }

  /// Labels of five tracks cannot each give half a track: the sides must still come out even.
  @Test func remaindersRotateAcrossLabels() throws {
    let tracks = Self.tracks(Array(repeating: 5, count: 10))
    let split = try Split.make(
      SplitPlan(seed: 1, division: .ratios([0.8, 0.1, 0.1])), tracks: tracks)
    #expect(split.ids(of: "train").count == 40)
    #expect(split.ids(of: "validation").count == 5)
    #expect(split.ids(of: "test").count == 5)
  }

  @Test func foldsPartition() throws {
    let tracks = Self.tracks([10, 7, 23, 1])
    let split = try Split.make(SplitPlan(seed: 9, division: .folds(4)), tracks: tracks)
    #expect(split.sides == ["fold-1", "fold-2", "fold-3", "fold-4"])
    let ids = split.sides.flatMap(split.ids(of:))
    #expect(ids.count == 41)
    #expect(Set(ids).count == 41)
    #expect(split.sides.allSatisfy { 10...11 ~= split.ids(of: $0).count })
  }

  @Test func seedsAndLabelsShuffleDifferently() throws {
    let tracks = Self.tracks([50, 50])
    let first = try Split.make(SplitPlan(seed: 1, division: .folds(2)), tracks: tracks)
    let second = try Split.make(SplitPlan(seed: 2, division: .folds(2)), tracks: tracks)
    #expect(first.assignment != second.assignment)
    let ofLabel = { (label: Int) in (0..<50).map { first.assignment["l\(label).\($0)"] } }
    #expect(ofLabel(0) != ofLabel(1))
  }

  /// Computed once by an independent Philox, Lemire and Fisher-Yates in Python.
  @Test func pinnedAssignment() throws {
    let split = try Split.make(
      SplitPlan(seed: 1, division: .ratios([0.8, 0.2])), tracks: Self.tracks([10]))
    #expect(split.ids(of: "test") == ["l0.7", "l0.8"])
  }

  @Test func impossibleSplitsAreRefused() throws {
    let plan = try SplitPlan(seed: 1, division: .folds(5))
    func kind(_ tracks: [(id: String, label: String)]) -> SplitError.Kind? {
      do throws(SplitError) {
        _ = try Split.make(plan, tracks: tracks)
        return nil
      } catch {
        return error.kind
      }
    }
    #expect(kind([]) == .noTracks)
    #expect(kind(Self.tracks([4])) == .badFolds)
    #expect(kind(Self.tracks([5])) == nil)
    #expect(kind(Self.tracks([5]) + [(id: "l0.1", label: "other")]) == .duplicateID)
    #expect(throws: SplitError.self) {
      try Split(plan: plan, sides: ["a"], assignment: ["t": "b"])
    }
  }

  @Test func splitsSurviveJSON() throws {
    for division in Self.divisions {
      let plan = try SplitPlan(seed: .max, division: division)
      let split = try Split.make(plan, tracks: Self.tracks([9, 4]))
      let json = try CanonicalJSON.encode(split)
      #expect(try JSONDecoder().decode(Split.self, from: Data(json)) == split)
    }
    let stray = #"{"plan":{"policy":"stratified","seed":1,"folds":2,"name":"x"},"sides":["a"],"#
    #expect(throws: SplitError.self) {
      try JSONDecoder().decode(Split.self, from: Data((stray + #""assignment":{"t":"b"}}"#).utf8))
    }
  }
}
