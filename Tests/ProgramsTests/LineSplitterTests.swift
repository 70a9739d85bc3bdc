import Programs
import Testing

/// Lines out of the pieces that a pipe gives.
@Suite struct LineSplitterTests {
  @Test func linesAreCut() {
    var lines = LineSplitter(limit: 4, excess: .divide)
    #expect(lines.lines(Array("ab".utf8)).isEmpty)
    #expect(
      lines.lines(Array("c\r\n\nabcdefghi\nx".utf8)).map { String(decoding: $0, as: UTF8.self) }
        == [
          "abc", "", "abcd", "efgh", "i",
        ])
    #expect(lines.remainder() == [UInt8(ascii: "x")] && lines.remainder() == nil)
    #expect(lines.count == 6)
    var strict = LineSplitter(limit: 4, excess: .refuse)
    #expect(strict.lines(Array("abcd\nabcde".utf8)).count == 1)
    #expect(strict.isTooLong && strict.count == 2)
  }
}
