import Testing

@testable import Wording

/// How wide text is on a terminal, and how it is made to fit.
@Suite struct TextWidthTests {
  @Test(arguments: [
    ("", 0), ("blues.00000", 11), ("é", 1), ("e\u{301}", 1), ("音楽", 4), ("ｶﾅ", 2), ("한국", 4),
    ("\u{1112}\u{1161}\u{11AB}", 2), ("ガ", 2), ("か\u{3099}", 2), ("Ｗ", 2), ("🎵", 2), ("♫", 1),
    ("♥\u{FE0F}", 2), ("👍🏽", 4), ("क्\u{200D}ष", 2), ("ไทย", 3), ("ที่", 1), ("━┄…", 3), ("𠀀", 2),
  ])
  func columnsOfATerminal(_ text: String, _ columns: Int) {
    #expect(Words.columns(text) == columns)
  }

  @Test func theMiddleGivesWay() {
    #expect(Words.fitted("blues/blues.00000.wav", columns: 21) == "blues/blues.00000.wav")
    #expect(Words.fitted("blues/blues.00000.wav", columns: 11) == "blues…0.wav")
    #expect(Words.fitted("blues", columns: 2) == "b…" && Words.fitted("blues", columns: 1) == "…")
    #expect(Words.fitted("blues", columns: 0) == "" && Words.fitted("blues", columns: -3) == "")
  }

  /// Wide characters and such of several scalars stay whole.
  @Test func nothingIsTakenApart() {
    let text = "音楽の宝箱🎵e\u{301}e\u{301}e\u{301}"
    for columns in 0...Words.columns(text) {
      let fitted = Words.fitted(text, columns: columns)
      #expect(Words.columns(fitted) <= columns && Words.columns(fitted) >= columns - 2)
      #expect(fitted.allSatisfy { $0 == "…" || text.contains($0) })
    }
  }

  @Test func wideCellsStandBelowEachOther() {
    #expect(
      Words.table([["音楽", "1"], ["jazz", "12"], ["e\u{301}", "3"]])
        == ["音楽   1", "jazz  12", "e\u{301}      3"])
  }
}
