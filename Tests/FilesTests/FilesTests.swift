@testable import Files
import Foundation
import TestSupport
import Testing

/// What records, checkpoints and reports rely on.
@Suite struct FilesTests {
  private let temporary: TemporaryFolder
  private var folder: String { temporary.path }

  init() throws { temporary = try TemporaryFolder() }

  private func path(_ name: String) -> String { temporary.path(name) }

  @Test func foldersAreMadeWithThoseAbove() throws {
    try Files.makeFolder(path("a/b/c"))
    try Files.makeFolder(path("a/b/c"))
    #expect(try Files.kind(path("a/b/c")) == .folder && Files.kind(path("x")) == .missing)
    try Files.replace(path("a/file"), with: [1])
    let error = #expect(throws: FileError.self) { try Files.makeFolder(path("a/file")) }
    #expect(error == FileError(.isAFile, "create", path("a/file")) && error?.code == ENOTDIR)
    #expect(try Files.names(path("a")) == ["b", "file"])
    try Files.makeFolder(path("d/e//f/"))
    #expect(try Files.kind(path("d/e/f")) == .folder)
    let empty = #expect(throws: FileError.self) { try Files.makeFolder("") }
    #expect(empty?.code == ENOENT)
  }

  @Test(arguments: [
    ("a/b", "a"), ("a/b/", "a"), ("a", "."), ("a//", "."), ("/a", "/"), ("/", "/"), ("", "."),
    ("/a/b//", "/a"), ("a/\u{301}b", "a"),
  ])
  func folderThatHoldsAName(_ path: String, _ folder: String) {
    #expect(Files.folder(of: path) == folder)
  }

  @Test func filesAreReplacedWholeOrNotAtAll() throws {
    let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
    try Files.replace(path("file"), with: bytes)
    #expect(try Files.read(path("file"), limit: 1 << 20) == bytes)
    try Files.replace(path("file"), with: [7], isDurable: false)
    #expect(try Files.read(path("file"), limit: 1) == [7] && Files.size(path("file")) == 1)
    #expect(try Files.names(folder) == ["file"])
    // A folder in its place, and a full device.
    try Files.makeFolder(path("taken/inner"))
    let taken = #expect(throws: FileError.self) { try Files.replace(path("taken"), with: [1]) }
    #expect(taken?.operation == "write" && taken?.path == path("taken"))
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    let error = #expect(throws: FileError.self) {
      try Files.write(bytes, to: full, "/dev/full")
    }
    #expect(error?.isForWantOfSpace == true && error?.remedyForSpace == "free some space")
    #expect(error?.remedyForWriting == "free some space")
    #expect(FileError(.system(EIO), "write", "f").remedyForWriting.hasPrefix("the disk"))
    #expect(FileError(.system(EACCES), "write", "f").remedyForWriting.hasPrefix("check the path"))
    #expect(try Files.names(folder) == ["file", "taken"])
  }

  @Test func whatIsNoFileOrTooLongIsRefused() throws {
    #expect(try Files.read(path("none"), limit: 1) == nil)
    #expect(Files.size(path("none")) == nil)
    try Files.replace(path("long"), with: [1, 2, 3])
    #expect(throws: FileError(.tooLong(bytes: 3), "read", path("long"))) {
      try Files.read(path("long"), limit: 2)
    }
    #expect(throws: FileError(.notAFile, "read", folder)) {
      try Files.read(folder, limit: 2)
    }
    #expect(mkfifo(path("pipe"), 0o600) == 0)
    #expect(throws: FileError(.notAFile, "read", path("pipe"))) {
      try Files.read(path("pipe"), limit: 2)
    }
    #expect(try Files.kind(path("pipe")) == .other)
    try FileManager.default.createSymbolicLink(
      atPath: path("link"), withDestinationPath: path("long"))
    #expect(Files.resolved(path("link")) == Files.resolved(path("long")))
    #expect(Files.resolved(path("none")) == path("none"))
  }

  /// `kill -9` between the beginning and the rename leaves the temporary file; whoever may write to
  /// the folder may have put a link there.
  @Test func whatLiesUnderTheTemporaryNameIsNeitherKeptNorFollowed() throws {
    try Files.replace(path("precious"), with: [1, 2, 3])
    try Files.replace(path("file.temporary"), with: [UInt8](repeating: 9, count: 100))
    try Files.replace(path("file"), with: [4])
    #expect(try Files.read(path("file"), limit: 1) == [4])
    try FileManager.default.createSymbolicLink(
      atPath: path("file.temporary"), withDestinationPath: path("precious"))
    try Files.replace(path("file"), with: [5])
    #expect(try Files.read(path("file"), limit: 1) == [5])
    #expect(try Files.read(path("precious"), limit: 3) == [1, 2, 3])
    #expect(try Files.names(folder) == ["file", "precious"])
    // A link to nothing is no way to make a file elsewhere.
    try FileManager.default.createSymbolicLink(
      atPath: path("file.temporary"), withDestinationPath: path("elsewhere"))
    try Files.replace(path("file"), with: [6])
    #expect(try Files.names(folder) == ["file", "precious"])
    // A folder is in the way, and the error says so.
    try Files.makeFolder(path("file.temporary"))
    #expect(throws: FileError(.system(EISDIR), "replace", path("file.temporary"))) {
      try Files.replace(path("file"), with: [7])
    }
  }

  @Test func whatWasNotFinishedIsNotThere() throws {
    try Files.replace(path("file"), with: [1])
    do {
      let file = try FileReplacement(path("file"))
      try file.write([2])
      #expect(try Files.names(folder) == ["file", "file.temporary"])
    }
    #expect(try Files.read(path("file"), limit: 1) == [1])
    #expect(try Files.names(folder) == ["file"])
  }

  @Test func anOutputIsReplacedAtTheEndOfLinksAndAPipeIsWritten() throws {
    try Files.replace(path("file"), with: [1])
    try FileManager.default.createSymbolicLink(
      atPath: path("link"), withDestinationPath: path("file"))
    var file = try FileReplacement(output: path("link"))
    try file.write([2])
    try file.finish()
    #expect(try Files.read(path("file"), limit: 1) == [2])
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: path("link")) == path("file"))
    #expect(throws: FileError(.system(EISDIR), "write", folder)) {
      _ = try FileReplacement(output: folder)
    }
    var none = try FileReplacement(output: "/dev/null")
    try none.write([3])
    try none.finish()
    var full = try FileReplacement(output: "/dev/full")
    #expect(throws: FileError(.system(ENOSPC), "write", "/dev/full")) { try full.write([3]) }
    try full.finish()
    #expect(try Files.names(folder) == ["file", "link"])
  }

  /// A process that is killed leaves nothing of an output, where the file system has files without names.
  @Test func anOutputHasNoNameUntilItIsWhole() throws {
    let hasNameless = open(folder, 0o20_000_000 | O_DIRECTORY | O_RDWR, 0o600)
    if hasNameless < 0 { return }
    close(hasNameless)
    // What an earlier version's process of the same number has left.
    try Files.replace(path("file.temporary-\(getpid())"), with: [9, 9])
    var file = try FileReplacement(output: path("file"))
    try file.write([1])
    #expect(try Files.names(folder) == ["file.temporary-\(getpid())"])
    try file.finish()
    #expect(try Files.names(folder) == ["file"])
    #expect(try Files.read(path("file"), limit: 1) == [1])
    do {
      let unfinished = try FileReplacement(output: path("file"))
      try unfinished.write([2])
    }
    #expect(try Files.names(folder) == ["file"])
    #expect(try Files.read(path("file"), limit: 1) == [1])
  }

  /// A disk that fails in the middle of a folder must not look like a folder of fewer files.
  @Test func aFolderThatCannotBeReadToItsEndIsNoShortList() throws {
    try Files.replace(path("file"), with: [1])
    let stream = try #require(opendir(folder))
    defer { closedir(stream) }
    // The system refuses to list what is no folder.
    let file = open(path("file"), O_RDONLY)
    #expect(dup2(file, dirfd(stream)) >= 0)
    close(file)
    #expect(throws: FileError(.system(ENOTDIR), "list", folder)) {
      try Files.names(in: stream, folder)
    }
  }

  /// The system says 0 bytes for a file of /proc and gives more.
  @Test func aFileThatGrowsBeyondTheLimitIsNotCut() throws {
    let path = "/proc/self/status"
    let whole = try #require(try Files.read(path, limit: 1 << 20))
    #expect(Files.size(path) == 0 && whole.count > 100)
    let error = #expect(throws: FileError.self) { try Files.read(path, limit: 100) }
    guard case .tooLong(let bytes) = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(bytes > 100)
  }

  @Test func aLockIsHeldOnceAndItsHolderIsNamed() throws {
    var lock: ExclusiveLock? = try ExclusiveLock(path("lock"))
    #expect(throws: ExclusiveLock.Refusal.held(by: getpid())) { try ExclusiveLock(path("lock")) }
    _ = lock
    lock = nil
    try Files.replace(path("lock"), with: [])
    lock = try ExclusiveLock(path("lock"))
    #expect(truncate(path("lock"), 0) == 0)
    #expect(throws: ExclusiveLock.Refusal.held(by: nil)) { try ExclusiveLock(path("lock")) }
    #expect(ExclusiveLock.Refusal.holder(nil) == "process unknown")
    lock = nil
    // The id is written into it: what a link leads to would be lost.
    try Files.replace(path("precious"), with: [1, 2, 3])
    try FileManager.default.createSymbolicLink(
      atPath: path("link"), withDestinationPath: path("precious"))
    #expect(
      throws: ExclusiveLock.Refusal.file(FileError(.system(ELOOP), "lock", path("link")))
    ) {
      try ExclusiveLock(path("link"))
    }
    #expect(try Files.read(path("precious"), limit: 3) == [1, 2, 3])
  }
}
