import Corpus
import Testing

@Suite struct JSONValueTests {
  static func text(_ value: JSONValue) -> String {
    String(decoding: value.canonicalBytes(), as: UTF8.self)
  }

  @Test func canonicalForm() {
    #expect(
      Self.text(.object(["b": .null, "a": .bool(true), "é": .array([]), "Z": .object([:])]))
        == #"{"Z":{},"a":true,"b":null,"é":[]}"#)
    #expect(Self.text(.string("\"\\/\n\u{1F}\u{7F}")) == "\"\\\"\\\\/\\u000a\\u001f\u{7F}\"")
    #expect(Self.text(.integer(.min)) == "-9223372036854775808")
  }

  @Test(arguments: [
    (1.0, "1"), (-0.0, "0"), (0.1, "0.1"), (1e-7, "1e-07"), (1e300, "1e+300"), (.nan, "null"),
    (9_007_199_254_740_992, "9007199254740992.0"), (22_050, "22050"),
  ])
  func numbers(value: Double, text: String) {
    #expect(Self.text(.number(value)) == text)
  }

  @Test func encodableValues() throws {
    struct Recipe: Encodable {
      var rate = 22_050
      var top = 80.0
      var ratio = 0.1
      var name = "a/b"
      var missing: Int?
      var seed = Int64.max
    }
    #expect(
      String(decoding: try CanonicalJSON.encode(Recipe()), as: UTF8.self)
        == #"{"name":"a/b","rate":22050,"ratio":0.1,"seed":9223372036854775807,"top":80}"#)
    #expect(throws: (any Error).self) { try CanonicalJSON.encode([Double.nan]) }
  }
}
