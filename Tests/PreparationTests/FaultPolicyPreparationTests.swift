import Corpus
import DatasetCache
import Foundation
import Preparation
import Testing

/// Fault policies end to end: what is kept, dropped, grouped and relabelled, and what a changed
/// policy changes.
@Suite struct FaultPolicyPreparationTests {
  let folder: MusicFolder

  init() throws {
    folder = try MusicFolder()
    try folder.music(count: 3)
  }

  /// blues.00001 is a replica of blues.00000, blues.00002 belongs to jazz, jazz.00002 is distorted.
  private func manifest() throws -> Manifest {
    func track(_ id: String, _ faults: Fault...) -> Track {
      let label = String(id.prefix { $0 != "." })
      return Track(id: id, path: "\(label)/\(id).wav", label: label, faults: faults)
    }
    return try Manifest(
      name: "club", labels: ["blues", "jazz"],
      tracks: [
        track("blues.00000"),
        track("blues.00001", Fault(.replica, source: "S", detail: "louder", of: "blues.00000")),
        track("blues.00002", Fault(.mislabelled, source: "S", label: "jazz")),
        track("jazz.00000"), track("jazz.00001"),
        track("jazz.00002", Fault(.distorted, source: "S")),
      ])
  }

  private func recipe(_ choices: (FaultSubject, FaultPolicy)...) throws -> Recipe {
    var recipe = try Recipe.samplesOnly()
    for (subject, policy) in choices { try recipe.faults.choose(policy, for: subject) }
    return recipe
  }

  @discardableResult
  private func again(
    _ recipe: Recipe, manifest: Manifest? = nil
  ) throws -> (summary: PreparationSummary, reasons: [String]) {
    let sink = Recorder()
    return (
      try folder.prepare(recipe, manifest: try manifest ?? self.manifest(), sink: sink),
      sink.reasons
    )
  }

  private func record(_ id: String) throws -> TrackRecord? { try folder.open().trackRecord(id) }

  @Test func theDefaultsUseAllAndGroupRepetitions() throws {
    let summary = try again(recipe()).summary
    #expect(summary.tracks == 6 && summary.dropped == [] && summary.quarantine == [])
    #expect(try record("blues.00001")?.group == "blues.00000")
    #expect(try record("blues.00000")?.group == "blues.00000")
    #expect(try record("blues.00002")?.label == "blues")
    #expect(summary.faults[.replica] == FaultEffect(policy: .group, used: ["blues.00001"]))
    #expect(summary.faults[.distorted] == FaultEffect(policy: .keep, used: ["jazz.00002"]))
    #expect(try folder.open().card()?.faults == summary.faults)
    let (same, reasons) = try again(recipe())
    #expect(same.prepared == 0 && same.unchanged == 6 && reasons == [])
  }

  @Test func droppedTracksAreListedAndNoError() throws {
    let (summary, reasons) = try again(recipe((.replica, .drop), (.distorted, .drop)))
    #expect(summary.tracks == 4 && summary.quarantine == [] && summary.prepared == 4)
    #expect(summary.dropped.map(\.track.id) == ["blues.00001", "jazz.00002"])
    #expect(summary.dropped[0].message == "replica of blues.00000: louder (S)")
    #expect(
      reasons == [
        "all views of 4 tracks: new", "drop 1 track: replica is drop",
        "drop 1 track: distorted is drop",
      ])
    #expect(summary.faults[.replica] == FaultEffect(policy: .drop, unused: ["blues.00001"]))
    let cache = try folder.open()
    #expect(try cache.card()?.dropped == summary.dropped && cache.dropped() == summary.dropped)
    #expect(try cache.pendingTracks() == 0 && cache.verify() == [])
  }

  @Test func aChangedPolicyChangesJustThoseTracks() throws {
    try again(recipe())
    let before = try folder.open().digest()
    let dropping = try again(recipe((.replica, .drop)))
    #expect(dropping.reasons == ["drop 1 track: replica is drop"])
    #expect(dropping.summary.prepared == 0 && dropping.summary.tracks == 5)
    #expect(dropping.summary.removed == 0 && dropping.summary.unchanged == 5)
    #expect(try again(recipe((.replica, .drop))).reasons == [])
    let back = try again(recipe())
    #expect(back.reasons == ["all views of 1 track: were dropped, looked at again"])
    #expect(back.summary.prepared == 1 && back.summary.dropped == [])
    #expect(try folder.open().digest() == before)
  }

  @Test func relabellingWritesRecordsOnly() throws {
    try again(recipe())
    let plan = try SplitPlan(seed: 1, division: .ratios([0.5, 0.5]))
    try folder.prepare(recipe(), manifest: manifest(), split: plan)
    let (summary, reasons) = try again(recipe((.mislabelled, .relabel)))
    #expect(reasons == ["records of 1 track: label changed"] && summary.prepared == 0)
    #expect(try record("blues.00002")?.label == "jazz")
    #expect(try folder.open().card()?.labels == ["blues": 2, "jazz": 4])
    #expect(summary.faults[.mislabelled] == FaultEffect(policy: .relabel, used: ["blues.00002"]))
    let fresh = "\(folder.path)/fresh"
    try folder.prepare(
      recipe((.mislabelled, .relabel)), cache: fresh, manifest: manifest(), split: plan)
    #expect(try folder.digest() == folder.digest(fresh))
    // The label of the folder does not come back where the manifest is forgotten.
    let sink = Recorder()
    try folder.prepare(recipe((.mislabelled, .relabel)), sink: sink)
    #expect(sink.reasons == [])
    #expect(try record("blues.00002")?.label == "jazz")
  }

  @Test func aForgottenManifestDropsTheSameTracks() throws {
    let dropping = try recipe((.replica, .drop), (.distorted, .drop))
    try again(dropping)
    let sink = Recorder()
    let summary = try folder.prepare(dropping, sink: sink)
    #expect(sink.reasons == [] && summary.tracks == 4 && summary.dropped.count == 2)
  }

  @Test func relabellingNeedsALabel() throws {
    let track = Track(
      id: "blues.00000", path: "blues/blues.00000.wav", label: "blues",
      faults: [Fault(.mislabelled, source: "S")])
    let listed = try Manifest(name: "club", labels: ["blues"], tracks: [track])
    let error = #expect(throws: PreparationError.self) {
      try again(recipe((.mislabelled, .relabel)), manifest: listed)
    }
    #expect(
      error?.description.contains(#"track "blues.00000": faults[0].label is missing"#) == true)
    #expect(!FileManager.default.fileExists(atPath: folder.cache))
  }

  @Test func aGroupThatPoliciesMakeStaysWhole() throws {
    let plan = try SplitPlan(policy: .grouped, seed: 3, division: .ratios([0.5, 0.5]))
    for seed in 0..<5 {
      let plan = try SplitPlan(policy: .grouped, seed: UInt64(seed), division: plan.division)
      try folder.prepare(recipe(), manifest: manifest(), split: plan)
      let split = try #require(try folder.open().split(named: plan.name))
      #expect(split.assignment["blues.00000"] == split.assignment["blues.00001"])
    }
    let (_, reasons) = try again(recipe((.replica, .keep)))
    #expect(reasons == ["records of 2 tracks: group changed"])
    #expect(try record("blues.00001")?.group == nil)
  }

  @Test func everythingDroppedIsAnEndToo() throws {
    let tracks = ["blues.00000", "jazz.00000"].map { id in
      let label = String(id.prefix { $0 != "." })
      return Track(
        id: id, path: "\(label)/\(id).wav", label: label, faults: [Fault(.distorted, source: "S")])
    }
    let listed = try Manifest(name: "club", labels: ["blues", "jazz"], tracks: tracks)
    let summary = try again(recipe((.distorted, .drop)), manifest: listed).summary
    #expect(summary.tracks == 0 && summary.dropped.count == 2)
  }
}
