import Testing

@testable import Corpus

/// The bytes of records, fingerprints and files as caches and runs of earlier versions have them:
/// what Foundation's encoder wrote, kept as literals.
@Suite struct JSONWriterTests {
  private func record(_ value: some Encodable) throws -> String {
    String(decoding: try OrderedJSON.encode(value), as: UTF8.self)
  }

  private func canonical(_ value: some Encodable) throws -> String {
    String(decoding: try CanonicalJSON.encode(value), as: UTF8.self)
  }

  @Test func texts() throws {
    let controls = String(String.UnicodeScalarView((0..<0x20).map { Unicode.Scalar(UInt8($0)) }))
    #expect(
      try record([controls + "\"\\/\u{7F}é\u{2028}😀"])
        == #"["\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f"#
        + #"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d"#
        + "\\u001e\\u001f\\\"\\\\/\u{7F}é\u{2028}😀\"]")
    #expect(
      try canonical([controls + "\"\\/\u{7F}é\u{2028}😀"])
        == #"["\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000a\u000b\u000c"#
        + #"\u000d\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a"#
        + "\\u001b\\u001c\\u001d\\u001e\\u001f\\\"\\\\/\u{7F}é\u{2028}😀\"]")
  }

  @Test func numbers() throws {
    let doubles: [Double] = [
      0.1, 1, -0.0, 1e-5, 123_456_789.125, 9_007_199_254_740_992, 1e16, 1.2345678901234567e17,
      1e19, -1e19, .leastNonzeroMagnitude, 1.7976931348623157e308,
    ]
    #expect(
      try record(doubles)
        == "[0.1,1,-0,1e-05,123456789.125,9007199254740992,1e+16,1.2345678901234566e+17,1e+19,"
        + "-1e+19,5e-324,1.7976931348623157e+308]")
    #expect(
      try canonical(doubles)
        == "[0.1,1,0,1e-05,123456789.125,9007199254740992,10000000000000000,123456789012345660,"
        + "10000000000000000000,-1e+19,5e-324,1.7976931348623157e+308]")
    let floats: [Float] = [0.1, 16_777_216, 1e10, 1e-5, 3.4e38, .leastNonzeroMagnitude]
    #expect(try record(floats) == "[0.1,16777216,1e+10,1e-05,3.4e+38,1e-45]")
    #expect(try canonical(floats) == "[0.1,16777216,10000000000,1e-05,3.4e+38,1e-45]")
    struct Whole: Encodable {
      let signed = [Int.min, .max]
      let seed = UInt64.max
      let bytes: [UInt8] = [0, 255]
      let small: [Int8] = [-128, 127]
    }
    let whole =
      #"{"bytes":[0,255],"seed":18446744073709551615,"signed":[-9223372036854775808,"#
      + #"9223372036854775807],"small":[-128,127]}"#
    #expect(try record(Whole()) == whole)
    #expect(try canonical(Whole()) == whole)
  }

  @Test func numbersThatAreNone() throws {
    let none = [Double.nan, .infinity, -.infinity]
    let named = try OrderedJSON.encode(none, nonNumbers: .named)
    #expect(String(decoding: named, as: UTF8.self) == #"["NaN","Infinity","-Infinity"]"#)
    for number in none {
      #expect(throws: EncodingError.self) { try OrderedJSON.encode(["loss": number]) }
      #expect(throws: EncodingError.self) { try OrderedJSON.encode([Float(number)]) }
      #expect(throws: EncodingError.self) { try CanonicalJSON.encode([number]) }
    }
  }

  @Test func keysAreInTheOrderOfTheirBytes() throws {
    let names = ["b", "a", "Z", "é", "e\u{301}z", "a10", "a9", "😀", "\u{FFFD}", "\u{212B}", "Å0"]
    let expected =
      "{\"Z\":1,\"a\":1,\"a10\":1,\"a9\":1,\"b\":1,\"e\u{301}z\":1,\"Å0\":1,\"é\":1,\"\u{212B}\":1,"
      + "\"\u{FFFD}\":1,\"😀\":1}"
    let value = Dictionary(uniqueKeysWithValues: names.map { ($0, 1) })
    #expect(Array(try record(value).utf8) == Array(expected.utf8))
    #expect(Array(try canonical(value).utf8) == Array(expected.utf8))
    #expect(try record([3: 1, 20: 2]) == #"{"20":2,"3":1}"#)
  }

  private enum Choice: Encodable { case one(x: Int), other }
  private struct Empty: Encodable {}
  private struct Silent: Encodable { func encode(to encoder: any Encoder) throws {} }

  private struct Form: Encodable {
    var a: [Int] = []
    var b: [String: Int] = [:]
    var c = [1, 2]
    var d = ["x": ["y": 1]]
    var e: Int?
    var f = Empty()
    var g: [Int?] = [nil]
    var h = [[1], []]
  }

  @Test func forms() throws {
    #expect(
      try record(Form())
        == #"{"a":[],"b":{},"c":[1,2],"d":{"x":{"y":1}},"f":{},"g":[null],"h":[[1],[]]}"#)
    #expect(
      String(decoding: try OrderedJSON.encode(Form(), isPretty: true), as: UTF8.self) == """
        {
          "a" : [

          ],
          "b" : {

          },
          "c" : [
            1,
            2
          ],
          "d" : {
            "x" : {
              "y" : 1
            }
          },
          "f" : {

          },
          "g" : [
            null
          ],
          "h" : [
            [
              1
            ],
            [

            ]
          ]
        }
        """)
    #expect(try record([Choice.one(x: 1), .other]) == #"[{"one":{"x":1}},{"other":{}}]"#)
    #expect(try record([Silent()]) == "[{}]")
    #expect(try record(["a": Silent()]) == #"{"a":{}}"#)
    #expect(throws: EncodingError.self) { try record(Silent()) }
    #expect(try record(Int?.none) == "null")
    #expect(try record(5) == "5")
  }

  private class Base: Encodable { var x = 1 }
  private final class Derived: Base {
    private enum Key: CodingKey { case y, inner, list }

    override func encode(to encoder: any Encoder) throws {
      var fields = encoder.container(keyedBy: Key.self)
      try super.encode(to: fields.superEncoder())
      try fields.encode(2, forKey: .y)
      var inner = fields.nestedContainer(keyedBy: Key.self, forKey: .inner)
      try inner.encode("a/b", forKey: .y)
      var list = fields.nestedUnkeyedContainer(forKey: .list)
      try list.encode(0.5)
      try list.encodeNil()
    }
  }

  @Test func partsThatEncodeThemselvesLater() throws {
    let expected = #"{"inner":{"y":"a/b"},"list":[0.5,null],"super":{"x":1},"y":2}"#
    #expect(try record(Derived()) == expected)
    #expect(try canonical(Derived()) == expected)
  }

  /// A value of any shape is written as the text that it reads back from.
  @Test func valuesReadBack() throws {
    let text = #"{"a":[1,-2.5,1e+300,18446744073709551615,null,true],"b":{"c":"\"\n"},"d":0.1}"#
    let value = try JSONValue(json: Array(text.utf8), named: "the value")
    #expect(try record(value) == text)
    #expect(try JSONValue(encoding: value) == value)
    #expect(
      try StrictJSON.decode(JSONValue.self, from: value.canonicalBytes(), named: "it") == value)
  }
}
