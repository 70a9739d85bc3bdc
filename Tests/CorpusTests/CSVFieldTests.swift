import TestSupport
import Testing

@testable import Corpus

/// Names in the CSV files that Lathe writes.
@Suite struct CSVFieldTests {
  @Test(arguments: [
    ("rock", "rock"), ("", ""), ("a=b", "a=b"), ("'rock'", "'rock'"), ("=cmd.wav", "'=cmd.wav"),
    ("+1", "'+1"), ("-rf", "'-rf"), ("@x", "'@x"), ("\tx", "'\tx"), ("'=x", "''=x"),
    ("''-x", "'''-x"), ("=\u{338}x", "'=\u{338}x"), ("a,b", "\"a,b\""),
    ("=a \"b\"", "\"'=a \"\"b\"\"\""), ("\rx", "\"'\rx\""), ("\r\nx", "\"'\r\nx\""),
    ("\nx", "\"'\nx\""), ("＝x", "＝x"),
  ])
  func namesAreGuarded(name: String, field: String) {
    #expect(CSVField.name(name) == field)
  }

  @Test func numbersAreNot() {
    #expect(CSVField.quoted("-1.5") == "-1.5" && CSVField.quoted("-1,5") == "\"-1,5\"")
  }

  /// What is written reads back byte for byte, and no field is one that a spreadsheet computes.
  @Test(arguments: 0..<4)
  func anyNamesReadBack(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let pieces = ["'", "=", "+", "-", "@", "\t", "\r", "\n", "\"", ",", "a", "é", "\u{338}", " "]
    for _ in 0..<2_000 {
      let names = (0..<2).map { _ in
        (0...Int.random(in: 0...4, using: &generator))
          .compactMap { _ in pieces.randomElement(using: &generator) }.joined()
      }
      let line = names.map(CSVField.name).joined(separator: ",") + "\n"
      var reader = try CSVReader(Array(line.utf8))
      // A line of nothing but line ends would be passed over; here each is in quotes.
      let row = try #require(try reader.next())
      for (index, name) in names.enumerated() {
        let field = try #require(try reader.text(row, index))
        #expect(!CSVField.isComputed(field.utf8), "\(line)")
        #expect(CSVField.unguarded(field).utf8.elementsEqual(name.utf8), "\(line)")
      }
    }
  }
}
