import Testing

@testable import Wording

/// Names, commands and tables in lines.
@Suite struct ListTests {
  @Test func aCommandCanBeTyped() {
    #expect(
      Words.command(["lathe", "split", "my cache", "it's", ""])
        == #"lathe split 'my cache' 'it'\''s' ''"#)
  }

  @Test func aListIsCutAndEscaped() {
    #expect(Words.list(["a", "b\n", "c"], atMost: 2) == #"a, b\n and 1 more"#)
  }

  @Test func columnsStandBelowEachOther() {
    #expect(Words.table([["a", "12"], ["bcd", "1"]]) == ["a    12", "bcd   1"])
  }
}
