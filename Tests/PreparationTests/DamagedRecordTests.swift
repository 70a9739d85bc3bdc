import Corpus
import DatasetCache
import Foundation
import Preparation
import Testing

/// Records that cannot be read don't stop a preparation: they are named, and their tracks made
/// again.
@Suite struct DamagedRecordTests {
  let folder: MusicFolder
  let digest: String

  init() throws {
    folder = try MusicFolder()
    try folder.music()
    try folder.prepare(split: SplitPlan(seed: 1, division: .ratios([0.5, 0.5])))
    digest = try folder.digest()
  }

  /// Replaces a text by one of the same length wherever the shard has it.
  private func damage(_ text: String, _ other: String) throws {
    let shard = URL(fileURLWithPath: "\(folder.cache)/shard-00000.lmdb")
    var bytes = try Data(contentsOf: shard)
    var found = 0
    while let range = bytes.range(of: Data(text.utf8)) {
      bytes.replaceSubrange(range, with: Data(other.utf8))
      found += 1
    }
    try #require(found > 0 && text.utf8.count == other.utf8.count)
    try bytes.write(to: shard)
  }

  @Test(arguments: [
    // No JSON any more; the id of another track, so that one id is there twice.
    (#""id":"jazz.00001""#, #""id:"jazz.00001"!"#), (#""id":"jazz.00001""#, #""id":"jazz.00000""#),
  ])
  func aTrackIsPreparedAgain(_ text: String, _ other: String) throws {
    try damage(text, other)
    let sink = Recorder()
    let summary = try folder.prepare(sink: sink)
    #expect(sink.reasons == ["all views of 1 track: its record is damaged (jazz.00001)"])
    #expect(summary.tracks == 4 && summary.prepared == 1 && summary.unchanged == 3)
    #expect(try folder.digest() == digest && folder.open().verify() == [])
  }

  /// Slices are four whole numbers: count, length, hop, frames.
  @Test func aTrackWhoseSlicesAreDamagedIsPreparedAgain() throws {
    let slices = [3, 4_000, 2_000, 9_600].flatMap { Wave.bytes(Int64($0)) }
    let id = Array("jazz.00001".utf8)
    let shard = URL(fileURLWithPath: "\(folder.cache)/shard-00000.lmdb")
    var bytes = try Data(contentsOf: shard)
    var (found, from) = (0, bytes.startIndex)
    while let range = bytes.range(of: Data(id + slices), in: from..<bytes.endIndex) {
      bytes[range.lowerBound + id.count + 16] ^= 1
      (found, from) = (found + 1, range.upperBound)
    }
    try #require(found > 0)
    try bytes.write(to: shard)
    let sink = Recorder()
    let summary = try folder.prepare(sink: sink)
    #expect(sink.reasons == ["all views of 1 track: its record is damaged (jazz.00001)"])
    #expect(summary.tracks == 4 && summary.prepared == 1 && summary.unchanged == 3)
    #expect(try folder.digest() == digest && folder.open().verify() == [])
  }

  @Test func aFileInQuarantineIsLookedAtAgain() throws {
    try folder.write([], "jazz/empty.wav")
    try folder.prepare()
    try damage(#""code":"empty""#, #""code:"empty"!"#)
    let sink = Recorder()
    let summary = try folder.prepare(sink: sink)
    #expect(
      sink.reasons == [
        "all views of 1 track: new", "take out 1 damaged record: jazz/empty.wav",
      ])
    #expect(summary.quarantine.map(\.code) == ["empty"] && summary.unchanged == 4)
  }

  @Test func aStampThatCannotBeReadIsMadeAgain() throws {
    try damage(#""modifiedNanoseconds""#, #""modifiedNanosecond!""#)
    let sink = Recorder()
    #expect(try folder.prepare(sink: sink).tracks == 4)
    #expect(sink.reasons == ["all views of 4 tracks: file changed"])
    #expect(try folder.digest() == digest)
  }

  @Test func aSplitIsNamedAndTheRestIsDone() throws {
    try folder.prepare(split: SplitPlan(seed: 7, division: .folds(2), name: "two"))
    try damage(#""name":"two""#, #""name:"two"!"#)
    try folder.write(Wave.pcm16(Wave.notes(seed: 50)), "pop/pop.00000.wav")
    let summary = try folder.prepare()
    #expect(summary.tracks == 5 && summary.splits.count == 2 && summary.audits.count == 1)
    #expect(
      summary.emptySplits == [
        "two cannot be read and stays as it is; make it again with lathe split"
      ])
    try folder.prepare(split: SplitPlan(seed: 7, division: .folds(2), name: "two"))
    #expect(try folder.open().verify() == [])
  }
}
