import FuzzTargets
import LatheC
import TestSupport
import Testing

@Suite("Errors of the C interface") struct ErrorTextTests {
  @Test("A name of the caller's cannot break the line of an error")
  func names() throws {
    let folder = try TemporaryFolder()
    try makeFourTracks(at: folder.path("cache"))
    let cache = try #require(latheOpen(folder.path("cache")))
    defer { _ = latheClose(cache) }
    #expect(latheDescribeSplit(cache, "a\n\u{1B}[2J", nil, 0) == -5)
    let split = String(cString: latheLastError())
    #expect(split.contains(#"'a\n\u{1B}[2J'"#), "\(split)")
    #expect(latheOpen(folder.path("no\nsuch")) == nil)
    let path = String(cString: latheLastError())
    #expect(path.contains(#"/no\nsuch"#) && !path.contains("\n"), "\(path)")
  }
}
