import AudioIO
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct AudioFolderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(name), withDestinationPath: target)
  }

  @Test func audioIsListedInByteOrder() throws {
    for name in [
      "rock/b.WAV", "rock/a.wav", "blues/live/c.flac", "blues/ä.mp3", "Z.au", "blues/.hidden.wav",
      ".git/x.wav", "__MACOSX/blues/y.wav", "blues/notes.txt", "blues/wav", "a/b/c/d/e.Opus",
    ] {
      try folder.write([1], name)
    }
    let listing = try AudioFolder.list(folder.path)
    #expect(
      listing.audio == [
        "Z.au", "a/b/c/d/e.Opus", "blues/live/c.flac", "blues/ä.mp3", "rock/a.wav", "rock/b.WAV",
      ])
    #expect(listing.others == ["blues/notes.txt", "blues/wav"])
    #expect(listing.problems.isEmpty)
  }

  @Test func aFolderWithoutAudioIsEmpty() throws {
    try folder.write([1], "readme.txt")
    let listing = try AudioFolder.list(folder.path)
    #expect(listing.audio.isEmpty)
    #expect(listing.others == ["readme.txt"])
  }

  @Test func rootsThatAreNoFolders() throws {
    let file = try folder.write([1], "a.wav")
    #expect(#expect(throws: AudioError.self) { try AudioFolder.list(file) }?.kind == .notAFolder)
    let missing = #expect(throws: AudioError.self) { try AudioFolder.list(folder.path("none")) }
    #expect(missing?.kind == .unreadable(errno: 2))
    #expect(throws: AudioError.self) { try AudioFolder.list("") }
    #expect(throws: AudioError.self) { try AudioFolder.list("/tmp\u{0}") }
  }

  @Test func linksAreFollowedAndLoopsEnd() throws {
    let outside = try TemporaryFolder()
    try outside.write([1], "blob.wav")
    try outside.write([1], "album/c.wav")
    try folder.write([1], "root/blues/a.wav")
    try folder.write([1], "root/rock/b.wav")
    try link("root/blues/up", to: "..")
    try link("root/blues/self", to: ".")
    try link("root/rock/again.wav", to: "b.wav")
    try link("root/rock/elsewhere.wav", to: outside.path("blob.wav"))
    try link("root/rock/folder", to: outside.path)
    try link("root/rock/around", to: folder.path)
    try link("root/rock/system", to: "/")
    try link("root/rock/broken.wav", to: "nowhere.wav")
    try link("root/rock/circle.wav", to: "circle.wav")
    try link("root/also-blues", to: "blues")
    // A link that lies out there may lead back in here.
    try FileManager.default.createSymbolicLink(
      atPath: outside.path("back"), withDestinationPath: folder.path("root"))
    let listing = try AudioFolder.list(folder.path("root"))
    #expect(
      listing.audio == [
        "blues/a.wav", "rock/again.wav", "rock/b.wav", "rock/elsewhere.wav",
        "rock/folder/album/c.wav", "rock/folder/blob.wav",
      ])
    let codes = Dictionary(
      uniqueKeysWithValues: listing.problems.map { ($0.path, $0.error.code) })
    #expect(
      codes == [
        "also-blues": "symlink-loop", "blues/self": "symlink-loop", "blues/up": "symlink-loop",
        "rock/around": "symlink-loop", "rock/broken.wav": "unreadable",
        "rock/circle.wav": "symlink-loop", "rock/folder/back": "symlink-loop",
        "rock/system": "symlink-loop",
      ])
  }

  /// The layout of a Hugging Face snapshot: every file is a link to a blob beside it.
  @Test func aFolderOfNothingButLinks() throws {
    for index in 0..<3 { try folder.write([1], "blobs/\(index)") }
    try folder.write([1], "snapshots/main/blues/.keep")
    for index in 0..<3 {
      try link("snapshots/main/blues/\(index).wav", to: "../../../blobs/\(index)")
    }
    let listing = try AudioFolder.list(folder.path("snapshots/main"))
    #expect(listing.audio == ["blues/0.wav", "blues/1.wav", "blues/2.wav"])
    #expect(listing.problems.isEmpty)
  }

  @Test func foldersOfSystemsAreNoLabels() throws {
    try folder.write([1], "rock/a.wav")
    for name in [
      "@eaDir/rock", "$RECYCLE.BIN", "lost+found", "__MACOSX/rock", "System Volume Information",
      "rock/@eaDir/a.wav", ".ipynb_checkpoints", "#recycle", "rock/__pycache__",
    ] { try folder.write([1], "\(name)/x.wav") }
    let listing = try AudioFolder.list(folder.path)
    #expect(listing.audio == ["rock/a.wav"])
    #expect(listing.others.isEmpty)
    #expect(listing.problems.isEmpty)
  }

  /// Formats that are not read are listed, so that they get a verdict; not where they would take
  /// the place of a file that is read.
  @Test func formatsThatAreNotReadDoNotVanish() throws {
    for name in ["a.m4a", "b.aac", "c.wma", "d.mp4", "e.webm", "f.wav", "f.m4a", "g.MP2", "h.bwf"] {
      try folder.write([1], "rock/\(name)")
    }
    let listing = try AudioFolder.list(folder.path)
    #expect(
      listing.audio == [
        "rock/a.m4a", "rock/b.aac", "rock/c.wma", "rock/d.mp4", "rock/e.webm", "rock/f.wav",
        "rock/g.MP2", "rock/h.bwf",
      ])
    #expect(listing.problems.map(\.path) == ["rock/f.m4a"])
    #expect(listing.problems.first?.error.kind == .otherFormat("M4A"))
  }

  @Test func aRootThatIsALinkIsFollowed() throws {
    try folder.write([1], "real/blues/a.wav")
    try link("alias", to: "real")
    #expect(try AudioFolder.list(folder.path("alias")).audio == ["blues/a.wav"])
    #expect(try AudioFolder.list(folder.path("real/")).audio == ["blues/a.wav"])
  }

  /// Links in all directions must not multiply the work.
  @Test func manyLinksAreReadOnce() throws {
    for index in 0..<12 {
      try folder.write([1], "f\(index)/t\(index).wav")
    }
    for from in 0..<12 {
      for to in 0..<12 { try link("f\(from)/l\(to)", to: "../f\(to)") }
    }
    let listing = try AudioFolder.list(folder.path)
    #expect(listing.audio.count == 12)
    #expect(listing.problems.count == 144)
  }

  @Test func namesThatAreNotUTF8AreProblems() throws {
    try folder.write([1], "a.wav")
    // No String can hold this name, so the system is called with its bytes.
    let name: [CChar] = Array(folder.path.utf8CString.dropLast()) + [47, -1, 46, 119, 97, 118, 0]
    let descriptor = creat(name, 0o644)
    try #require(descriptor >= 0)
    close(descriptor)
    let listing = try AudioFolder.list(folder.path)
    #expect(listing.audio == ["a.wav"])
    #expect(listing.problems.map(\.error.kind) == [.badName])
  }

  @Test func foldersThatMayNotBeReadAreProblems() throws {
    try folder.write([1], "open/a.wav")
    try folder.write([1], "shut/b.wav")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: folder.path("shut"))
    defer {
      // Otherwise the folder could not be removed.
      try? FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: folder.path("shut"))
    }
    let listing = try AudioFolder.list(folder.path)
    // The superuser reads everything.
    if (try? FileManager.default.contentsOfDirectory(atPath: folder.path("shut"))) == nil {
      #expect(listing.audio == ["open/a.wav"])
      #expect(listing.problems.map(\.path) == ["shut"])
      #expect(listing.problems.first?.error.kind == .unreadable(errno: 13))
    } else {
      #expect(listing.audio == ["open/a.wav", "shut/b.wav"])
    }
  }
}
