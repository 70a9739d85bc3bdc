import AudioIO
import Corpus
import DatasetCache
import Foundation
import Preparation
import TestSupport
import Testing

/// Collections in archives and in several roots are what they are in one folder.
@Suite struct ArchiveCollectionTests {
  private let folder: MusicFolder
  /// What is in the folder, by path.
  private let entries: [MadeArchives.Entry]

  init() throws {
    let folder = try MusicFolder()
    try folder.music()
    self.folder = folder
    let listing = try AudioFolder.list(folder.audio)
    entries = try listing.audio.map {
      MadeArchives.Entry($0, try TemporaryFolder.bytes(of: "\(folder.path)/audio/\($0)"))
    }
  }

  private func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let path = "\(folder.path)/\(name)"
    try Data(bytes).write(to: URL(filePath: path))
    return path
  }

  private func preparation(_ roots: [String], _ cache: String) throws -> Preparation {
    var preparation = Preparation(
      AudioRoots(roots, scratch: folder.path), cachePath: "\(folder.path)/\(cache)")
    preparation.recipe = try .samplesOnly()
    return preparation
  }

  private func run(_ roots: [String], _ cache: String) throws -> PreparationSummary {
    try preparation(roots, cache).run(progress: Recorder())
  }

  /// All forms of an archive of the same entries.
  private func archives(_ entries: [MadeArchives.Entry]) throws -> [String] {
    let tar = MadeArchives.tar(entries)
    return [
      try write(MadeArchives.zip(entries.map { $0.with { $0.method = 8 } }), "audio.zip"),
      try write(tar, "audio.tar"), try write(MadeArchives.gzip(tar), "audio.tar.gz"),
    ]
  }

  /// Every value of the cache is that which the roots give.
  private func expectSame(_ roots: [String], _ cache: String) throws {
    let snapshot = try Cache.open(at: "\(folder.path)/\(cache)", for: .reading).snapshot()
    let outcome = try AudioComparison(AudioRoots(roots)).run(snapshot)
    #expect(outcome.problems == [] && outcome.compared == 4, "\(roots)")
  }

  /// The same values, ids, paths and labels as from the folder; a rerun computes nothing, whether the
  /// archive is touched or not; the cache holds when it is compared with the archive.
  @Test func anArchiveIsReadInItsPlace() throws {
    try folder.prepare(.samplesOnly())
    let digest = try folder.digest()
    for (number, path) in try archives(entries).enumerated() {
      let cache = "packed\(number)"
      let summary = try run([path], cache)
      #expect(summary.prepared == 4 && summary.quarantine.isEmpty, "\(path)")
      #expect(try folder.digest("\(folder.path)/\(cache)") == digest, "\(path)")
      #expect(try run([path], cache).prepared == 0, "\(path)")
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)], ofItemAtPath: path)
      #expect(try run([path], cache).prepared == 0, "\(path)")
      try expectSame([path], cache)
      // What was made from the folder is the same collection.
      #expect(try run([folder.audio], cache).prepared == 0, "\(path)")
    }
  }

  /// A damaged entry, a link, an encrypted one and a name that climbs go to quarantine with their
  /// reasons; the others are finished.
  @Test func unusableEntriesAreQuarantined() throws {
    let bad = [
      entries[0].with { $0.statedChecksum = 7 },
      MadeArchives.Entry("blues/locked.wav", "x").with { $0.isEncrypted = true },
      MadeArchives.Entry("blues/link.wav", "a").with { $0.type = "2" },
      MadeArchives.Entry("../../climbs.wav", "x"), MadeArchives.Entry("blues/notes.txt", "x"),
      MadeArchives.Entry("__MACOSX/blues/._a.wav", "x"),
    ]
    let path = try write(MadeArchives.zip(bad + entries.dropFirst()), "bad.zip")
    let summary = try run([path], "bad")
    #expect(summary.prepared == 3)
    let codes = Dictionary(
      uniqueKeysWithValues: summary.quarantine.map { ($0.path, $0.code) })
    #expect(
      codes == [
        "blues/blues.00000.wav": "damaged", "blues/locked.wav": "encrypted",
        "blues/link.wav": "not-a-file", "../../climbs.wav": "bad-name",
      ])
    #expect(summary.quarantine.allSatisfy { !$0.hint.isEmpty })
  }

  /// An archive that cannot be listed whole is refused by its name before anything is written.
  @Test func cutArchivesAreRefusedBeforeAnythingIsWritten() throws {
    for path in try archives(entries) where !path.hasSuffix(".tar") {
      let bytes = try TemporaryFolder.bytes(of: path)
      let cut = try write(Array(bytes[..<(bytes.count / 2)]), "cut")
      let error = #expect(throws: PreparationError.self) { try run([cut], "cut.cache") }
      #expect("\(try #require(error))".contains("fetch or copy the archive again"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/cut.cache"))
    }
  }

  /// Folders and archives together are the one folder, in whichever order they come.
  @Test func severalRootsAreOneCollection() throws {
    let part = try write(MadeArchives.zip(Array(entries[..<2])), "blues.zip")
    let rest = "\(folder.path)/rest"
    try FileManager.default.createDirectory(atPath: rest, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: "\(folder.audio)/jazz", toPath: "\(rest)/jazz")
    #expect(try run([part, rest], "both").prepared == 4)
    try expectSame([folder.audio], "both")
    #expect(try run([rest, part], "both").prepared == 0)
  }

  @Test func rootsWithFilesOfTheSamePathAreRefused() throws {
    let part = try write(MadeArchives.zip([entries[0], entries[3]]), "part.zip")
    let error = try #require(
      #expect(throws: PreparationError.self) { try run([folder.audio, part], "clash") })
    #expect(
      "\(error)".contains(
        "blues/blues.00000.wav is in \(folder.audio) and in \(part), and so are 1 more files"))
    #expect("\(error)".contains("give the folder above them"))
    for roots in [[folder.audio, "\(folder.audio)/"], [folder.audio, "\(folder.audio)/jazz"]] {
      let error = #expect(throws: PreparationError.self) { try run(roots, "clash") }
      let text = "\(try #require(error))"
      #expect(text.contains("is given twice") || text.contains("lies in"), "\(text)")
    }
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/clash"))
  }
}
