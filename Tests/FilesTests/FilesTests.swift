import Files
import Foundation
import Testing

/// What records, checkpoints and reports rely on.
@Suite struct FilesTests {
  private let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appending(path: "files-\(UUID().uuidString)").path(percentEncoded: false)
    try Files.makeFolder(folder)
  }

  private func path(_ name: String) -> String { "\(folder)/\(name)" }

  private func removing(_ body: () throws -> Void) rethrows {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body()
  }

  @Test func foldersAreMadeWithThoseAbove() throws {
    try removing {
      try Files.makeFolder(path("a/b/c"))
      try Files.makeFolder(path("a/b/c"))
      #expect(try Files.kind(path("a/b/c")) == .folder && Files.kind(path("x")) == .missing)
      try Files.replace(path("a/file"), with: [1])
      let error = #expect(throws: FileError.self) { try Files.makeFolder(path("a/file")) }
      #expect(error == FileError(.isAFile, "create", path("a/file")) && error?.code == ENOTDIR)
      #expect(try Files.names(path("a")) == ["b", "file"])
    }
  }

  @Test func filesAreReplacedWholeOrNotAtAll() throws {
    try removing {
      let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
      try Files.replace(path("file"), with: bytes)
      #expect(try Files.read(path("file"), limit: 1 << 20) == bytes)
      try Files.replace(path("file"), with: [7], temporary: path("other"), isDurable: false)
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
      #expect(try Files.names(folder) == ["file", "taken"])
    }
  }

  @Test func whatIsNoFileOrTooLongIsRefused() throws {
    try removing {
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
  }
}
