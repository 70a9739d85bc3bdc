import Corpus
import Testing

@Suite struct StrictJSONTests {
  private struct Part: Decodable, Equatable {
    var a: Double
  }

  private func read(
    _ json: [UInt8], nonNumbers: OrderedJSON.NonNumbers = .refused
  ) throws -> Part {
    try StrictJSON.decode(from: json, named: "the part", nonNumbers: nonNumbers)
  }

  @Test func readsWhatKeepsToTheRules() throws {
    #expect(try read(Array(#" {"a" : 2.5, "other": {"a": 1}} "#.utf8)) == Part(a: 2.5))
    let none = Array(#"{"a":"-Infinity"}"#.utf8)
    #expect(try read(none, nonNumbers: .named) == Part(a: -.infinity))
    #expect(throws: DecodingError.self) { try read(none) }
  }

  private static let broken: [([UInt8], String, String)] = [
    (Array(#"{"a":1,"a":2}"#.utf8), "the part, line 1", #"gives "a" twice in one object"#),
    (
      Array("{\"a\":1,\n\"\\u0061\":2}".utf8), "the part, line 2", #"gives "a" twice in one object"#
    ),
    (Array(#"{"a":1}"#.utf8) + [0], "the part", "is not UTF-8 text"),
    ([0x22, 0xC3, 0x22], "the part", "is not UTF-8 text"),
    (
      [UInt8](repeating: 0x5B, count: 100_000), "the part, line 1",
      "is nested deeper than 64 levels"
    ),
  ]

  @Test(arguments: broken)
  func refuses(json: [UInt8], subject: String, detail: String) {
    let error = #expect(throws: JSONFieldError.self) { try read(json) }
    #expect(error?.subject == subject)
    #expect(error?.detail == detail)
  }

  @Test(arguments: ["", "{", "[1}", #"{"a":1}x"#, "{\"a\":01}", "nul"])
  func refusesWhatIsNoJSON(text: String) {
    #expect(throws: (any Error).self) { try read(Array(text.utf8)) }
  }
}
