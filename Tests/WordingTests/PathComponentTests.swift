import Testing
import Wording

/// Paths are divided where a file system divides them.
@Suite struct PathComponentTests {
  @Test(arguments: [
    ("", [""]), ("/", ["", ""]), ("a", ["a"]), ("a/b", ["a", "b"]),
    ("/a//b/", ["", "a", "", "b", ""]),
    ("../\u{301}x", ["..", "\u{301}x"]), ("a/\u{200D}/b", ["a", "\u{200D}", "b"]),
    ("\u{E9}/e\u{301}", ["\u{E9}", "e\u{301}"]),
  ])
  func componentsLieBetweenTheBytesOfSlashes(_ path: String, _ components: [String]) {
    #expect(path.pathComponents.map { Array($0.utf8) } == components.map { Array($0.utf8) })
    #expect(path.dropFirst(0).pathComponents.map(String.init) == components)
  }

  @Test(arguments: [("", nil), ("//", nil), ("a/b", "b"), ("a/b/", "b"), ("a/\u{301}", "\u{301}")])
  func theLastComponentIsTheLastThatIsNotEmpty(_ path: String, _ last: String?) {
    #expect(path.lastPathComponent.map(String.init) == last)
  }
}
