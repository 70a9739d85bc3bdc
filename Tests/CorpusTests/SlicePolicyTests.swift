import FoundationEssentials
import Testing

@testable import Corpus

/// Splits that assign slices, and those that others published.
@Suite struct SlicePolicyTests {
  @Test func slicesFallByTheirShares() throws {
    let plan = try SplitPlan(policy: .slices, seed: 4, division: .ratios([0.8, 0.1, 0.1]))
    let tracks = RandomTracks.label("a", artists: [200])
    let split = try Split.make(plan, tracks: tracks)
    #expect(split.assignment.isEmpty && plan.name == "slices-seed4-0.8-0.1-0.1")
    var counts: [String: Int] = [:]
    for track in tracks {
      for slice in 0..<10 {
        let side = try #require(split.side(of: track.id, slice: slice))
        counts[side, default: 0] += 1
      }
    }
    // 2,000 draws: four standard deviations are 72 and 54.
    #expect(abs(counts["train", default: 0] - 1_600) < 72)
    #expect(abs(counts["validation", default: 0] - 200) < 54)
    #expect(abs(counts["test", default: 0] - 200) < 54)
    let audit = SplitAudit(split, tracks: tracks, slices: { _ in 10 })
    #expect(audit.leaksByDesign)
    let pair = try #require(audit.pairs.first { $0.first == "train" && $0.second == "test" })
    #expect(pair.shared[.tracks]?.percent ?? 0 > 99)
    #expect(split.balance(tracks: tracks.labelled).worst == nil)
  }

  @Test func aSideWithoutAShareGetsNoSlice() throws {
    let plan = try SplitPlan(policy: .slices, seed: 4, division: .ratios([0.5, 0.5, 0]))
    let split = try Split(plan: plan, sides: plan.sides, assignment: [:])
    #expect((0..<500).allSatisfy { split.side(of: "t", slice: $0) != "test" })
  }

  @Test func elsewhereASliceIsWhereItsTrackIs() throws {
    let tracks = RandomTracks.label("a", artists: [5, 5])
    let plan = try SplitPlan(policy: .grouped, seed: 1, division: .folds(2))
    let split = try Split.make(plan, tracks: tracks)
    #expect(tracks.allSatisfy { split.side(of: $0.id, slice: 7) == split.assignment[$0.id] })
    #expect(split.side(of: "nobody", slice: 0) == nil)
  }

  @Test func publishedSplitsAreChecked() throws {
    let sides = [(name: "train", ids: ["a", "b"]), (name: "test", ids: ["c", "gone"])]
    let split = try Split.published(name: "theirs", sides: sides, tracks: ["a", "b", "c", "d"])
    #expect(split.assignment == ["a": "train", "b": "train", "c": "test"])
    #expect(split.plan.name == "theirs" && split.plan.policy == .published("theirs"))
    #expect(split.restricted(to: ["c"]).assignment == ["c": "test"])
    func kind(_ sides: [(name: String, ids: [String])], _ tracks: [String]) -> SplitError.Kind? {
      do throws(SplitError) {
        _ = try Split.published(name: "theirs", sides: sides, tracks: tracks)
        return nil
      } catch {
        return error.kind
      }
    }
    #expect(kind(sides + [(name: "more", ids: ["a"])], ["a"]) == .badAssignment)
    #expect(kind(sides + [(name: "test", ids: ["d"])], ["a"]) == .badSides)
    #expect(kind([], ["a"]) == .badSides)
    #expect(kind(sides, ["z"]) == .noTracks)
    #expect(throws: SplitError.self) {
      try Split.make(split.plan, tracks: [SplitTrack(id: "a", label: "l")])
    }
    #expect(throws: SplitError.self) {
      try SplitPlan(policy: .published("x"), seed: 1, division: .folds(2))
    }
    #expect(throws: SplitError.self) { try SplitPlan(seed: 1, division: .sides(["a"])) }
  }

  @Test func everyPolicySurvivesJSON() throws {
    let published = try Split.published(
      name: "theirs", sides: [(name: "one", ids: ["a"])], tracks: ["a"])
    let made = try [SplitPolicy.grouped, .stratified, .slices].map { policy in
      try Split.make(
        SplitPlan(policy: policy, seed: 2, division: .ratios([0.5, 0.5])),
        tracks: RandomTracks.make(seed: 1))
    }
    for split in made + [published] {
      let json = try CanonicalJSON.encode(split)
      #expect(try JSONDecoder().decode(Split.self, from: Data(json)) == split)
    }
    // As it was written before there was another policy than stratified.
    let old =
      #"{"assignment":{"t":"train"},"plan":{"name":"n","policy":"stratified","#
      + #""ratios":[0.5,0.5],"seed":1},"sides":["train","test"]}"#
    let split = try JSONDecoder().decode(Split.self, from: Data(old.utf8))
    #expect(split.plan.policy == .stratified && split.assignment == ["t": "train"])
    #expect(SplitPolicy(rawValue: "published:") == nil && SplitPolicy(rawValue: "moon") == nil)
  }
}
