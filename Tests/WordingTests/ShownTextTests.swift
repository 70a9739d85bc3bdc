import Foundation
import Testing

@testable import Wording

/// Text from elsewhere in a line: nothing in it moves the cursor, turns the writing or hides.
@Suite struct ShownTextTests {
  static let hidden: [(text: String, shown: String)] = [
    ("a\u{1B}[2Jb", #"a\u{1B}[2Jb"#),
    ("two\nlines\r\t", #"two\nlines\r\t"#),
    ("\u{9B}31m\u{7F}\0", #"\u{9B}31m\u{7F}\0"#),
    ("song\u{202E}3pm.exe", #"song\u{202E}3pm.exe"#),
    ("\u{2066}a\u{2069}\u{200E}\u{061C}", #"\u{2066}a\u{2069}\u{200E}\u{61C}"#),
    ("ro\u{200B}ck\u{FEFF}\u{AD}", #"ro\u{200B}ck\u{FEFF}\u{AD}"#),
    ("a\u{2028}b\u{2029}", #"a\u{2028}b\u{2029}"#),
    ("a\u{200D}b\u{200C}c", #"a\u{200D}b\u{200C}c"#),
    ("x\u{FE0F}\u{E0041}\u{3164}", #"x\u{FE0F}\u{E0041}\u{3164}"#),
  ]

  @Test(arguments: hidden.indices)
  func whatIsNotSeenIsSpeltOut(_ index: Int) {
    let (text, shown) = Self.hidden[index]
    #expect(Words.shown(text) == shown)
    #expect(Words.shown(shown) == shown)
  }

  @Test(arguments: [
    "Händel & Söhne \\ \"7\"", "可愛い", "Ελλάδα", "می\u{200C}خواهم", "क्\u{200D}ष", "👩\u{200D}🚀",
    "❤\u{FE0F}",
    "葛\u{E0100}", "e\u{301}",
  ])
  func whatAScriptNeedsStays(_ text: String) {
    #expect(Words.shown(text) == text)
  }

  @Test func linesOfOursStayLines() {
    #expect(Words.shownLines("a\n\tb\u{1B}[m\r") == "a\n\tb\\u{1B}[m\\r")
  }

  @Test func jsonKeepsItsValue() throws {
    let value = ["a\u{202E}\u{9B}\u{E0041}\n", "é\u{2028}"]
    let encoder = JSONEncoder()
    encoder.outputFormatting = .prettyPrinted
    let text = Words.shownJSON(String(decoding: try encoder.encode(value), as: UTF8.self))
    #expect(text.contains(#""a\u202e\u009b\udb40\udc41\n""#) && text.contains(#"é\u2028"#))
    #expect(try JSONDecoder().decode([String].self, from: Data(text.utf8)) == value)
  }

  @Test func quotesAreBounded() {
    #expect(Words.quoted("a\"b\\\n") == #""a\"b\\\n""#)
    #expect(
      Words.quoted(String(repeating: "é", count: 81)) == "\"" + String(repeating: "é", count: 80)
        + "…\"")
  }
}
