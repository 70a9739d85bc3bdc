import AudioIO
import Corpus
import FoundationEssentials
import Testing

@Suite struct RealAudioTests {
  static let absent: Comment = "needs GTZAN clips: set LATHE_GTZAN to their genres_original folder"

  @Test(.enabled(if: RealAudio.clips != nil, absent))
  func clipsHaveTheirPublishedBytesAndFrames() throws {
    let root = try #require(RealAudio.clips)
    let listing = try AudioFolder.list(root)
    #expect(listing.problems.isEmpty)
    let manifest = Manifest.folders(name: "gtzan", paths: listing.audio).manifest
    #expect(manifest.labels.count == 10)
    let published = try publishedChecksums()
    var checked = 0
    // Two clips a label, so that a debug build stays quick.
    for label in manifest.labels {
      for track in manifest.tracks.filter({ $0.label == label }).prefix(2) {
        let decoded = try AudioFile.decode(at: "\(root)/\(track.path)", takesMD5: true)
        guard case .int16 = decoded.samples else {
          Issue.record("\(track.id) is 16-bit")
          continue
        }
        #expect(decoded.source.container == "WAV")
        #expect(decoded.sampleRate == 22_050)
        #expect(decoded.samples.count == decoded.source.frames)
        #expect(660_000...676_000 ~= decoded.samples.count)
        #expect(decoded.byteCount == Int64(44 + 2 * decoded.samples.count))
        if let published {
          #expect(decoded.md5 == published[track.id])
          checked += 1
        }
        if track.id == "blues.00000" { #expect(decoded.samples.count == 661_794) }
      }
    }
    if published != nil { #expect(checked == 20) }
  }

  /// The published MD5 of every track, where that table is at hand.
  func publishedChecksums() throws -> [String: String]? {
    struct Table: Decodable {
      struct Entry: Decodable { let audio: [String?] }
      let tracks: [String: Entry]
    }
    guard let path = RealAudio.data("facts/mirdata-gtzan-md5.json") else { return nil }
    let table = try JSONDecoder().decode(Table.self, from: Data(contentsOf: URL(filePath: path)))
    return table.tracks.compactMapValues { $0.audio.last ?? nil }
  }

  @Test(.enabled(if: RealAudio.data("gtzan-faulty/jazz.00054.wav") != nil, absent))
  func theBrokenClipIsNotAudio() throws {
    let path = try #require(RealAudio.data("gtzan-faulty/jazz.00054.wav"))
    let error = #expect(throws: AudioError.self) { try AudioFile.decode(at: path) }
    #expect(error?.kind == .notAudio)
  }

  @Test(
    .enabled(
      if: RealAudio.clips != nil
        && RealAudio.data("gtzan-faulty/blues.00001.list-chunk.wav") != nil, absent))
  func aListChunkAfterTheDataChangesNothing() throws {
    let root = try #require(RealAudio.clips)
    let path = try #require(RealAudio.data("gtzan-faulty/blues.00001.list-chunk.wav"))
    let plain = try AudioFile.decode(at: "\(root)/blues/blues.00001.wav")
    let chunked = try AudioFile.decode(at: path)
    #expect(chunked.samples == plain.samples)
    #expect(chunked.xxh3 != plain.xxh3)
  }
}
