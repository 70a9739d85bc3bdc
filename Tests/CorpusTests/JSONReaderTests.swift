import Corpus
import Foundation
import Testing

@Suite struct JSONReaderTests {
  private func read(_ text: String) throws -> JSONValue {
    try JSONValue(json: text.utf8, named: "it")
  }

  private static let numberTexts: [(String, JSONValue)] = [
    ("0", .integer(0)), ("0e9", .integer(0)), ("-0", .number(-0.0)), ("1.0", .integer(1)),
    ("2.50e+1", .integer(25)), ("1E3", .integer(1000)), ("0.1", .number(0.1)),
    ("-1.5e300", .number(-1.5e300)), ("1e-400", .integer(0)),
    ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .unsigned(1 << 63)),
    ("18446744073709551615", .unsigned(.max)), ("18446744073709551616", .number(0x1p64)),
    ("9007199254740993.00", .integer(9_007_199_254_740_993)), ("1e19", .unsigned(UInt64(1e19))),
    ("1e20", .number(1e20)), ("0.00000000000000000000000000000001e32", .integer(1)),
  ]

  @Test("A number is whole wherever its digits are", arguments: numberTexts)
  func numbers(text: String, value: JSONValue) throws {
    #expect(try read(text) == value)
    #expect(try read(" [\(text)\t,{\"a\":\r\n\(text)}]") == .array([value, .object(["a": value])]))
  }

  private static let quotedTexts: [(String, String)] = [
    (#""""#, ""), (#""é / 𝄞""#, "é / 𝄞"), (#""\u00E9\ud834\uDD1E""#, "é𝄞"),
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""a\u0000""#, "a\0"),
    ("\"\u{7F}\"", "\u{7F}"),
  ]

  @Test(arguments: quotedTexts) func texts(text: String, value: String) throws {
    #expect(try read(text) == .string(value))
    #expect(try read("{\(text):null}") == .object([value: .null]))
  }

  @Test func aByteOrderMarkMayStandFirst() throws {
    #expect(try JSONValue(json: [0xEF, 0xBB, 0xBF, 0x37], named: "it") == .integer(7))
  }

  @Test func depthMayBeSixtyFour() throws {
    let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(try read("\(deepest)\n") == read(" \(deepest)"))
  }

  private static let brokenTexts: [(String, Int)] = [
    ("", 1), ("\n\n", 3), ("[1,\n2", 2), ("[1,\n2\n", 3), ("[1,]", 1), ("[,1]", 1), ("[1 2]", 1),
    ("[1}", 1), ("{\"a\":1]", 1), ("{\"a\" 1}", 1), ("{\"a\":}", 1), ("{\"a\":1,}", 1),
    ("{1:2}", 1),
    ("{\n\"a\"\n:\nx}", 4), ("1\n2", 2), ("1]", 1), ("tru", 1), ("nulL", 1), ("True", 1),
    ("NaN", 1),
    ("Infinity", 1), ("01", 1), ("-", 1), ("-01", 1), ("+1", 1), (".5", 1), ("1.", 1), ("1.e1", 1),
    ("1e", 1), ("1e+", 1), ("0x10", 1), ("1e400", 1), ("-\(String(repeating: "9", count: 400))", 1),
    ("\"", 1), ("\"a", 1), ("\"a\\", 1), ("\n\"a\nb\"", 2), ("\"\t\"", 1), (#""\x""#, 1),
    (#""\u12""#, 1), (#""\u12g4""#, 1), (#""\ud834""#, 1), (#""\udd1e""#, 1),
    (#""\ud834\u0041""#, 1),
    (#""\ud834x""#, 1), ("'a'", 1), ("[1]//", 1), ("\u{A0}1", 1),
  ]

  @Test("What is no JSON is refused, with its line", arguments: brokenTexts)
  func faults(text: String, line: Int) {
    let refusal = JSONFieldError(
      at: "it, line \(line)", "is not sound JSON",
      hint: "check the commas, quotes and brackets there")
    #expect(throws: refusal) { try read(text) }
  }

  @Test func keysAreGivenOnceHoweverTheyAreSpelt() {
    for text in [
      #"{"a":1,\#n"a":2}"#, #"{"b":{"a":{},\#n"\u0061":2}}"#, "{\"é\":1,\n\"e\u{301}\":2}",
    ] {
      let error = #expect(throws: JSONFieldError.self) { try read(text) }
      #expect(error?.subject == "it, line 2")
      #expect(error?.detail.hasSuffix("twice in one object") == true, "\(text)")
    }
  }

  /// Another reader of JSON finds the same values in texts of all shapes.
  @Test(arguments: 0..<20) func agreesWithFoundation(seed: Int) throws {
    var maker = JSONTextMaker(seed: UInt64(seed))
    let text = "[\(maker.value(depth: 0)),\(maker.value(depth: 0))]"
    let expected = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    #expect(try read(text).canonicalBytes() == expected.canonicalBytes(), "\(text)")
  }
}

/// Makes JSON texts of numbers, texts, lists and objects in all their spellings.
private struct JSONTextMaker {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  private mutating func below(_ limit: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state >> 33) % limit
  }

  private mutating func space() -> String { ["", "", "", " ", "\n", "\t\r"][below(6)] }

  mutating func value(depth: Int) -> String {
    let text: String
    switch below(depth < 5 ? 9 : 6) {
    case 0: text = ["true", "false", "null"][below(3)]
    case 1, 2: text = number()
    case 3, 4, 5: text = self.text()
    case 6: text = "[\(parts { maker, _ in maker.value(depth: depth + 1) })]"
    default:
      text =
        "{\(parts { "\($0.space())\($0.text(first: "\($1)")):\($0.value(depth: depth + 1))" })}"
    }
    return space() + text + space()
  }

  /// Up to five parts with commas between.
  private mutating func parts(_ part: (inout JSONTextMaker, Int) -> String) -> String {
    (0..<below(6)).map { part(&self, $0) }.joined(separator: ",")
  }

  private mutating func digits(upTo most: Int) -> String {
    (0...below(most)).map { _ in String(below(10)) }.joined()
  }

  private mutating func number() -> String {
    var text = below(2) == 0 ? "-" : ""
    text += below(4) == 0 ? "0" : String(1 + below(9)) + digits(upTo: 18)
    if below(2) == 0 { text += "." + digits(upTo: 4) }
    if below(3) == 0 { text += ["e", "E"][below(2)] + ["", "+", "-"][below(3)] + digits(upTo: 1) }
    return text
  }

  /// - Parameter first: what it begins with.
  private mutating func text(first: String = "") -> String {
    let parts = ["a", "é", "𝄞", "/", #"\/"#, #"\n"#, #"\u0041"#, #"\uD834\uDD1E"#, #"\""#, #"\\"#]
    return "\"" + first + (0..<below(8)).map { _ in parts[below(parts.count)] }.joined() + "\""
  }
}
