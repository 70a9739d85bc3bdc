import Testing

@testable import Wording

/// Names, commands and tables in lines.
@Suite struct ListTests {
  @Test func aCommandCanBeTyped() {
    #expect(
      Words.command(["lathe", "split", "my cache", "it's", ""])
        == #"lathe split 'my cache' 'it'\''s' ''"#)
  }

  /// To a shell a quote with an accent on it is a quote.
  @Test func aQuoteWithAnAccentEndsNothing() {
    let word = "'\u{301};true '\u{301}"
    let quoted = "'" + #"'\''"# + "\u{301};true " + #"'\''"# + "\u{301}'"
    #expect(Array(Words.shellWord(word).unicodeScalars) == Array(quoted.unicodeScalars))
  }

  @Test func scalarsAreSpelledWhateverFollowsThem() {
    let spelled = "<\u{301}a>".spelling { $0 == "<" ? "&lt;" : nil }
    #expect(Array(spelled.unicodeScalars) == Array("&lt;\u{301}a>".unicodeScalars))
  }

  @Test func aListIsCutAndEscaped() {
    #expect(Words.list(["a", "b\n", "c"], atMost: 2) == #"a, b\n and 1 more"#)
  }

  @Test func columnsStandBelowEachOther() {
    #expect(Words.table([["a", "12"], ["bcd", "1"]]) == ["a    12", "bcd   1"])
  }
}
