import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Files

@Suite struct FolderReplacementTests {
  let folder: TemporaryFolder
  private var output: String { folder.path("above/out") }

  init() throws { folder = try TemporaryFolder() }

  private func fill(_ text: String, isReplacing: Bool = false) throws {
    var filled = try FolderReplacement(output: output, isReplacing: isReplacing)
    try Files.makeFolder("\(filled.path)/inner")
    try Files.replace("\(filled.path)/inner/a", with: Array(text.utf8))
    #expect(try Files.kind(output) == (isReplacing ? .folder : .missing))
    try filled.finish()
  }

  private func text() throws -> String? {
    try Files.read("\(output)/inner/a", limit: 100).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func itAppearsWhenItIsWhole() throws {
    try fill("one")
    #expect(try text() == "one")
    #expect(try Files.names(folder.path("above")) == ["out"])
  }

  @Test func nothingIsLeftOfWhatWasNotFinished() throws {
    do {
      let begun = try FolderReplacement(output: output)
      try Files.replace("\(begun.path)/a", with: [1])
    }
    #expect(try Files.names(folder.path("above")).isEmpty)
  }

  @Test func whatIsThereIsReplacedOnlyWhereThatWasSaid() throws {
    try fill("one")
    #expect(throws: FileError(.system(EEXIST), "create", output)) { try fill("two") }
    #expect(try text() == "one")
    try fill("two", isReplacing: true)
    #expect(try text() == "two")
    #expect(try Files.names(folder.path("above")) == ["out"])
  }

  private final class End: Sendable {
    let isReached = Atomic(false)
  }

  /// A reader that looks again and again finds one of the two folders, and never none.
  @Test func thereIsAlwaysOneWhileItIsReplaced() async throws {
    try fill("old")
    let path = output
    let end = End()
    async let missed = Task.detached {
      var missed = 0
      while !end.isReached.load(ordering: .relaxed) { if access(path, F_OK) != 0 { missed += 1 } }
      return missed
    }.value
    for round in 0..<50 { try fill("new \(round)", isReplacing: true) }
    end.isReached.store(true, ordering: .relaxed)
    #expect(await missed == 0)
    #expect(try text() == "new 49")
    #expect(try Files.names(folder.path("above")) == ["out"])
  }

  @Test func aFileIsNeverReplaced() throws {
    try folder.write([1], "above/out")
    #expect(throws: FileError(.isAFile, "create", output)) { try fill("one", isReplacing: true) }
  }

  @Test func whatAKilledRunLeftGoesAndWhatALivingOneFillsStays() throws {
    try folder.write([1], "above/out.unfinished/deep/left")
    try fill("one")
    #expect(try Files.names("\(output)") == ["inner"])
    let living = try FolderReplacement(output: folder.path("other"))
    let error = #expect(throws: FileError.self) {
      _ = try FolderReplacement(output: folder.path("other"))
    }
    #expect(error?.code == EBUSY)
    #expect(try Files.kind(living.path) == .folder)
  }

  /// A link in the folder goes; what it leads to stays.
  @Test func removingFollowsNoLinks() throws {
    try folder.write([1], "kept/file")
    try Files.makeFolder(folder.path("tree"))
    #expect(symlink(folder.path("kept"), folder.path("tree/link")) == 0)
    try Files.removeTree(folder.path("tree"))
    #expect(try Files.kind(folder.path("tree")) == .missing)
    #expect(try Files.kind(folder.path("kept/file")) == .file)
  }
}
