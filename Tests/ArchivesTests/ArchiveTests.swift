import Archives
import Foundation
import TestSupport
import Testing

private typealias Entry = MadeArchives.Entry

/// Archives that are listed and read.
@Suite struct ArchiveTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// All forms of an archive of the same entries.
  private func forms(_ entries: [Entry]) -> [(String, [UInt8])] {
    let tar = MadeArchives.tar(entries)
    let deflated = entries.map { $0.with { $0.method = 8 } }
    return [
      ("a.zip", MadeArchives.zip(entries)), ("deflated.zip", MadeArchives.zip(deflated)),
      ("streamed.zip", MadeArchives.zip(entries.map { $0.with { $0.isStreamed = true } })),
      ("prefix.zip", MadeArchives.zip(entries, prefix: Array("PK\u{3}\u{4}".utf8) + [1, 2, 3])),
      ("a.tar", tar), ("a.tar.gz", MadeArchives.gzip(tar)),
    ]
  }

  private func bytes(_ archive: Archive, _ entry: ArchiveEntry) throws -> [UInt8] {
    var all: [UInt8] = []
    try archive.read(entry) { all += $0.withUnsafeBytes { Array($0) } }
    return all
  }

  /// Names, sizes and bytes, whatever the form, in any order, and in one pass.
  @Test func entriesAreReadFromEveryForm() throws {
    let long = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let entries = [
      Entry("./blues/a b.wav", "first"), Entry("blues").with { $0.type = "5" },
      Entry("rock/länger.wav", long), Entry("rock/empty.wav"),
    ]
    for (name, content) in forms(entries) {
      let path = try folder.write(content, name)
      let archive = try Archive(path, scratch: folder.path)
      #expect(
        archive.entries.map(\.name) == ["blues/a b.wav", "rock/länger.wav", "rock/empty.wav"],
        "\(name)")
      #expect(archive.entries.map(\.byteCount) == [5, 70_000, 0], "\(name)")
      #expect(archive.problems == [], "\(name)")
      for (entry, expected) in zip(archive.entries, [Array("first".utf8), long, []]).reversed() {
        #expect(try bytes(archive, entry) == expected, "\(name): \(entry.name)")
        guard let (descriptor, offset) = try archive.location(of: entry, unlessBelow: 5) else {
          #expect(name.hasSuffix("zip") && entry.byteCount <= 5)
          continue
        }
        defer { close(descriptor) }
        var found = [UInt8](repeating: 0, count: expected.count)
        #expect(pread(descriptor, &found, found.count, off_t(offset)) == found.count)
        #expect(found == expected, "\(name): \(entry.name)")
      }
      var stream = try ArchiveStream(path)
      var passed: [String: [UInt8]] = [:]
      while let item = try stream.next() {
        guard case .file(let entry) = item else { continue }
        // What is not read is passed over.
        if entry.name == "blues/a b.wav" { continue }
        try stream.read { passed[entry.name, default: []] += $0.withUnsafeBytes { Array($0) } }
      }
      #expect(passed == ["rock/länger.wav": long], "\(name)")
    }
    // What a compressed tar or a large entry was unpacked to has no name.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 6)
  }

  @Test(arguments: [
    ("../a.wav", "climbs out of its folder with \"..\""),
    ("../\u{301}a.wav", "climbs out of its folder with \"..\""),
    ("b/../../a.wav", "climbs out of its folder with \"..\""), ("/etc/a.wav", "is absolute"),
    ("b//a.wav", "contains an empty component"), ("b/./a.wav", "contains the component \".\""),
    ("b/aux.wav", "is a device's on some systems"), ("c:/a.wav", "begins with a drive"),
    ("b\\..\\a/a.wav", "contains a backslash"),
    ("b/a\u{1B}[31m.wav", "contains a control character"),
  ])
  func unsafeNamesAreProblems(name: String, words: String) throws {
    let entries = [Entry(name, "x"), Entry("good.wav", "y")]
    for (form, content) in forms(entries) {
      let archive = try Archive(try folder.write(content, form), scratch: folder.path)
      #expect(archive.entries.map(\.name) == ["good.wav"], "\(form)")
      #expect(archive.problems.map(\.kind) == [.unsafeName(words)], "\(form)")
    }
  }

  @Test func linksDevicesRepeatedAndForeignNamesAreProblems() throws {
    let entries = [
      Entry("a.wav", "1"), Entry("link.wav", "/etc/passwd").with { $0.type = "2" },
      Entry("a.wav", "2"), Entry("b.wav", "3"),
      Entry("", "4").with { $0.name = [0x61, 0xFF, 0x2E, 0x77] },
    ]
    for (form, content) in forms(entries) {
      let archive = try Archive(try folder.write(content, form), scratch: folder.path)
      #expect(archive.entries.map(\.name) == ["b.wav"], "\(form)")
      #expect(
        Set(archive.problems.map(\.code)) == ["not-a-file", "repeated-name", "bad-name"], "\(form)")
      #expect(archive.problems.filter { $0.entry == "a.wav" }.count == 2, "\(form)")
    }
  }

  private func error(_ content: [UInt8], _ limits: ArchiveLimits = ArchiveLimits()) throws
    -> ArchiveError?
  {
    let path = try folder.write(content, "x.bin")
    return #expect(throws: ArchiveError.self) { try Archive(path, limits: limits) }
  }

  @Test func whatUnpacksToTooMuchIsRefused() throws {
    var limits = ArchiveLimits()
    limits.entries = 1
    let two = [Entry("a", "12345"), Entry("b", "12345")]
    for (_, content) in forms(two) {
      #expect(try error(content, limits)?.kind == .tooManyEntries(limit: 1))
    }
    (limits.entries, limits.entryBytes) = (2, 4)
    for (_, content) in forms(two) {
      #expect(try error(content, limits)?.kind == .tooLarge(bytes: 5, limit: 4))
    }
    (limits.entryBytes, limits.totalBytes) = (5, 9)
    for (form, content) in forms(two) {
      let found = try error(content, limits)
      #expect(found?.code == "too-large", "\(form)")
    }
    let bomb = MadeArchives.zip([Entry("a", "x").with { $0.statedSize = 1 << 30 }])
    let found = try error(bomb)
    #expect(found?.kind == .swells(bytes: 1 << 30, from: Int64(bomb.count)))
    #expect("\(try #require(found))".contains("unpacks to 1.1 GB from"))
  }

  /// Two records of the directory that lead to the same bytes.
  @Test func overlappingEntriesAreRefused() throws {
    var zip = MadeArchives.zip([Entry("a", "12345"), Entry("b", "12345")])
    // The offset in the last record stands 4 bytes before its name, and the end record has 22.
    let offset = zip.count - 22 - 1 - 4
    #expect(zip[offset] == 36)
    zip[offset] = 0
    #expect(try error(zip)?.kind == .overlapping)
  }

  @Test func whatIsNoArchiveIsNamed() throws {
    #expect(try error(Array("RIFF....WAVE".utf8))?.kind == .notAnArchive)
    #expect(try error([])?.kind == .notAnArchive)
    #expect(try error(MadeArchives.gzip(Array("words".utf8)))?.kind == .notAnArchive)
    #expect(try error([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C])?.kind == .otherForm("7-Zip"))
    #expect(#expect(throws: ArchiveError.self) { try Archive(folder.path) }?.kind == .notAFile)
    let missing = #expect(throws: ArchiveError.self) { try Archive(folder.path("none.zip")) }
    #expect(missing?.kind == .unreadable(errno: ENOENT))
  }

  /// At every length an archive is refused as a whole, or what it still lists is read or refused.
  @Test func cutArchivesAreNeverTakenForWhole() throws {
    let entries = [Entry("a.wav", "first"), Entry("b.wav", "second")]
    for (form, content) in forms(entries) {
      for length in stride(from: 0, to: content.count, by: form.contains("tar") ? 211 : 5) {
        let path = try folder.write(Array(content[..<length]), "cut.bin")
        guard let archive = try? Archive(path, scratch: folder.path) else { continue }
        // Only a tar has no end that is needed.
        #expect(form.contains("tar"), "\(form) of \(length) bytes")
        for (entry, expected) in zip(archive.entries, ["first", "second"]) {
          #expect(try bytes(archive, entry) == Array(expected.utf8), "\(form) of \(length) bytes")
        }
      }
    }
  }

  @Test func damagedAndEncryptedEntriesAreNamedAndOthersRead() throws {
    let path = try folder.write(
      MadeArchives.zip([
        Entry("sum.wav", "12345").with { $0.statedChecksum = 1 },
        Entry("locked.wav", "12345").with { $0.isEncrypted = true },
        Entry("odd.wav", "12345").with { $0.method = 97 },
        Entry("short.wav", "12345").with { $0.statedSize = 9 },
        Entry("long.wav", "12345").with { ($0.statedSize, $0.method) = (3, 8) },
        Entry("good.wav", "12345"),
      ]), "a.zip")
    let archive = try Archive(path)
    #expect(archive.problems.map(\.code) == ["encrypted"])
    #expect(archive.problems.first?.hint.contains("password") == true)
    for entry in archive.entries where entry.name != "good.wav" {
      let error = #expect(throws: ArchiveError.self) { try bytes(archive, entry) }
      #expect(error?.entry == entry.name)
      #expect(
        error?.code == (entry.name == "odd.wav" ? "unsupported" : "damaged"), "\(entry.name)")
    }
    let good = try #require(archive.entries.last)
    #expect(try bytes(archive, good) == Array("12345".utf8))
  }

  /// An archive that is written to meanwhile is not read in part.
  @Test func changedArchivesAreRefused() throws {
    for (form, content) in forms([Entry("a.wav", "first")]) {
      let path = try folder.write(content, form)
      let archive = try Archive(path, scratch: folder.path)
      let handle = try #require(FileHandle(forWritingAtPath: path))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data([0]))
      try handle.close()
      let entry = try #require(archive.entries.first)
      let error = #expect(throws: ArchiveError.self) { try bytes(archive, entry) }
      #expect(error?.kind == .changed, "\(form)")
    }
  }
}
