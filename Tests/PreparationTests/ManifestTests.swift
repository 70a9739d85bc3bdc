import AudioIO
import Corpus
import DatasetCache
import Foundation
import Preparation
import Testing

/// A manifest's facts laid over the files that are there.
@Suite struct ManifestTests {
  let folder: MusicFolder

  init() throws {
    folder = try MusicFolder()
    try folder.music()
  }

  private func track(_ id: String, md5: String? = nil, group: String? = nil) -> Track {
    let label = String(id.prefix { $0 != "." })
    return Track(id: id, path: "\(label)/\(id).wav", label: label, md5: md5, group: group)
  }

  private func copy(_ name: String, to other: String) throws {
    try folder.write(
      try Data(contentsOf: URL(filePath: "\(folder.audio)/\(name)")), other)
  }

  private func manifest(_ tracks: [Track]) throws -> Manifest {
    try Manifest(
      name: "club", licence: "CC0", citations: ["Someone, 2001"], labels: ["blues", "jazz"],
      tracks: tracks)
  }

  @Test func absentAndUnlistedTracksAreCounted() throws {
    let listed = try manifest([
      track("blues.00000", group: "g1"), track("jazz.00000"),
      track("jazz.00777"),
    ])
    let summary = try folder.prepare(manifest: listed)
    #expect(summary.tracks == 2 && summary.absent == 1 && summary.unlisted == 2)
    #expect(summary.quarantine.isEmpty && summary.changed == [])
    let cache = try folder.open()
    #expect(try cache.trackRecord("blues.00000")?.group == "g1")
    let card = try #require(try cache.card())
    #expect(card.name == "club" && card.licence == "CC0" && card.citations == ["Someone, 2001"])
  }

  @Test func aWrongChecksumIsNamedInEveryRun() throws {
    let right = try AudioFile.md5(at: "\(folder.audio)/blues/blues.00000.wav")
    let listed = try manifest([
      track("blues.00000", md5: right),
      track("blues.00001", md5: String(repeating: "0", count: 32)),
      track("jazz.00000"),
    ])
    #expect(try folder.prepare(manifest: listed).changed == ["blues.00001"])
    let again = try folder.prepare(manifest: listed)
    #expect(again.prepared == 0 && again.changed == ["blues.00001"])
  }

  /// The MD5 is taken where the manifest has one, also where that comes to a cache that has none
  /// yet; nothing is computed again for it. Files of the same bytes are found by either checksum.
  @Test func checksumsAreTakenWhereTheyAreWanted() throws {
    try copy("jazz/jazz.00000.wav", to: "jazz/jazz.copy.wav")
    try folder.prepare()
    let before = try #require(try folder.open().trackRecord("blues.00000"))
    #expect(before.md5 == nil && before.xxh3?.utf8.count == 32)
    #expect(try folder.open().neighbours().pairs.filter(\.isIdentical).count == 1)
    let right = try AudioFile.md5(at: "\(folder.audio)/blues/blues.00000.wav")
    let listed = try manifest([
      track("blues.00000", md5: right),
      track("blues.00001", md5: String(repeating: "0", count: 32)),
      track("jazz.00000"), track("jazz.00001"), track("jazz.copy"),
    ])
    let summary = try folder.prepare(manifest: listed)
    #expect(summary.changed == ["blues.00001"] && summary.prepared == 0)
    let after = try #require(try folder.open().trackRecord("blues.00000"))
    #expect(after.md5 == right && after.xxh3 == before.xxh3)
    #expect(try folder.open().trackRecord("jazz.00000")?.md5 == nil)
  }

  /// What an earlier version may have read in part is read again, once.
  @Test func mp3OfEarlierVersionsIsReadAgain() throws {
    try folder.prepare()
    do {
      let cache = try Cache.open(at: folder.cache, for: .writing)
      for (id, container) in [("blues.00000", "MPEG"), ("blues.00001", "WAV")] {
        var record = try #require(try cache.trackRecord(id))
        (record.md5, record.xxh3) = (try AudioFile.md5(at: "\(folder.audio)/\(record.path)"), nil)
        record.source.container = container
        let stamp = try #require(try cache.stamp(path: record.path))
        try cache.store([PreparedTrack(record: record, stamp: stamp, values: [])])
      }
    }
    let sink = Recorder()
    #expect(try folder.prepare(sink: sink).prepared == 1)
    #expect(
      sink.reasons == [
        "all views of 1 track: an earlier version could miss a part of mp3 and Ogg files"
      ])
    #expect(try folder.open().trackRecord("blues.00000")?.xxh3 != nil)
    #expect(try folder.prepare().prepared == 0)
  }

  /// A record of an earlier version has an MD5 only: files that are new beside it get one too.
  @Test func recordsOfEarlierVersionsStayComparable() throws {
    try folder.prepare()
    let file = "\(folder.audio)/jazz/jazz.00000.wav"
    do {
      let cache = try Cache.open(at: folder.cache, for: .writing)
      for id in ["blues.00000", "blues.00001", "jazz.00000", "jazz.00001"] {
        var record = try #require(try cache.trackRecord(id))
        record.md5 = try AudioFile.md5(at: "\(folder.audio)/\(record.path)")
        record.xxh3 = nil
        let stamp = try #require(try cache.stamp(path: record.path))
        try cache.store([PreparedTrack(record: record, stamp: stamp, values: [])])
      }
    }
    try copy("jazz/jazz.00000.wav", to: "jazz/jazz.copy.wav")
    #expect(try folder.prepare().prepared == 1)
    let new = try #require(try folder.open().trackRecord("jazz.copy"))
    #expect(new.md5 == (try AudioFile.md5(at: file)) && new.xxh3 != nil)
    #expect(try folder.open().neighbours().pairs.filter(\.isIdentical).count == 1)
  }

  @Test func aManifestOfOtherFilesIsRefused() throws {
    let error = #expect(throws: PreparationError.self) {
      try folder.prepare(manifest: try manifest([track("jazz.00777")]))
    }
    let text = try #require(error?.description)
    #expect(text.contains("none of the manifest's 1 track"))
  }

  @Test func aManifestThatComesLaterChangesOnlyWhatItSays() throws {
    try folder.prepare()
    let sink = Recorder()
    let all = ["blues.00000", "blues.00001", "jazz.00000", "jazz.00001"]
    let listed = try manifest(all.map { track($0, group: $0 == "jazz.00001" ? "g" : nil) })
    try folder.prepare(manifest: listed, sink: sink)
    #expect(sink.reasons == ["records of 1 track: group changed"])
  }
}
