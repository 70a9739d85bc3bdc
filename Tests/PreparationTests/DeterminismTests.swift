import Corpus
import DatasetCache
import Preparation
import SignalKit
import Testing

/// The same bytes in every value, whatever the threads, the order, the day.
@Suite struct DeterminismTests {
  let folder: MusicFolder
  let plan: SplitPlan

  init() throws {
    folder = try MusicFolder()
    try folder.music(labels: ["blues", "jazz", "rock"], count: 2)
    try folder.write(Wave.pcm16([1, 2, 3]), "rock/short.wav")
    try folder.write([], "rock/empty.wav")
    try folder.write(Wave.pcm16(Wave.notes(seed: 77, count: 30_000), rate: 11_025), "rock/slow.wav")
    plan = try SplitPlan(seed: 3, division: .ratios([0.6, 0.4]))
  }

  private func fresh(_ name: String, threads: Int) throws -> String {
    let path = "\(folder.path)/\(name)"
    try folder.prepare(.small(), cache: path, threads: threads, split: plan)
    return try folder.digest(path)
  }

  @Test func threadsAndRunsGiveOneDigest() throws {
    let digests = try [1, 2, 1, 2, 7].enumerated().map { try fresh("c\($0)", threads: $1) }
    #expect(Set(digests).count == 1)
  }

  @Test(arguments: [1, 3, 5])
  func anInterruptedRunThatIsFinishedLaterGivesTheSame(_ limit: Int) throws {
    let expected = try fresh("whole", threads: 2)
    let first = try folder.prepare(
      .small(), threads: 1, split: plan, sink: Recorder(stopAfter: limit))
    #expect(first.wasCancelled)
    #expect(try folder.open().verify() == [])
    #expect(try folder.open().pendingTracks() > 0)
    let second = try folder.prepare(.small(), split: plan)
    #expect(!second.wasCancelled && second.unchanged == first.tracks)
    #expect(try folder.digest() == expected && folder.open().pendingTracks() == 0)
  }

  @Test func anInterruptedChangeOfRecipeGivesTheSame() throws {
    var other = try Recipe.small()
    other.profile = .librosa10
    other.views.mel?.bands = 20
    try folder.prepare(other, split: plan)
    try folder.prepare(.small(), threads: 1, split: plan, sink: Recorder(stopAfter: 2))
    #expect(try folder.open().verify() == [])
    try folder.prepare(.small(), split: plan)
    #expect(try folder.digest() == fresh("whole", threads: 2))
  }

  @Test func anotherRecipeGivesAnotherDigest() throws {
    var other = try Recipe.small()
    other.profile = .librosa10
    try folder.prepare(other, split: plan)
    #expect(try folder.digest() != fresh("whole", threads: 2))
  }
}
