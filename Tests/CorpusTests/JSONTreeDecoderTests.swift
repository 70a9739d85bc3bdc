import Corpus
import Testing

@Suite struct JSONTreeDecoderTests {
  private struct All: Decodable, Equatable {
    var text: String
    var flag: Bool
    var whole: Int
    var small: Int8
    var large: UInt64
    var double: Double
    var float: Float
    var missing: Int?
    var null: Int?
    var list: [[Int]]
    var named: [String: Double]
    var rest: JSONValue
  }

  private func decode<Value: Decodable>(
    _ type: Value.Type, _ text: String, nonNumbers: OrderedJSON.NonNumbers = .refused
  ) throws -> Value {
    try StrictJSON.decode(type, from: text.utf8, named: "it", nonNumbers: nonNumbers)
  }

  @Test func everyForm() throws {
    let text = #"""
      {"text":"a","flag":true,"whole":-3.0,"small":127,"large":18446744073709551615,"double":1,
       "float":0.1,"null":null,"list":[[],[1,2]],"named":{"a":2.5},"rest":[null,{"b":1}],"more":0}
      """#
    let all = All(
      text: "a", flag: true, whole: -3, small: 127, large: .max, double: 1, float: 0.1,
      list: [[], [1, 2]], named: ["a": 2.5],
      rest: .array([.null, .object(["b": .integer(1)])]))
    #expect(try decode(All.self, text) == all)
    #expect(try decode([Int?].self, "[1,null]") == [1, nil])
    #expect(try decode(String?.self, "null") == nil)
    #expect(try decode([Int: Bool].self, #"{"7":true}"#) == [7: true])
    #expect(try decode([Double].self, "[0,-0,-0.0]").map(\.sign) == [.plus, .minus, .minus])
    #expect(try decode([Int].self, "[0,-0,-0.0]") == [0, 0, 0])
  }

  @Test func nonNumbersAreNumbersWhereTheyMayBe() throws {
    let text = #"["NaN","Infinity","-Infinity"]"#
    let values = try decode([Float].self, text, nonNumbers: .named)
    #expect(values[0].isNaN)
    #expect(values[1...] == [.infinity, -.infinity])
    #expect(throws: DecodingError.self) { try decode([Float].self, text) }
    #expect(throws: DecodingError.self) { try decode([Int].self, text, nonNumbers: .named) }
  }

  /// The path and the kind of what is wrong.
  private func refusal<Value: Decodable>(_ type: Value.Type, _ text: String) -> String? {
    do {
      _ = try decode(type, text)
      return nil
    } catch {
      func path(_ context: DecodingError.Context) -> String {
        context.codingPath.map(\.stringValue).joined(separator: ".")
      }
      switch error as? DecodingError {
      case .keyNotFound(let key, let context): return "\(path(context)): no \(key.stringValue)"
      case .typeMismatch(let type, let context): return "\(path(context)): no \(type)"
      case .valueNotFound(let type, let context): return "\(path(context)): null for \(type)"
      case .dataCorrupted(let context): return "\(path(context)): \(context.debugDescription)"
      default: return "\(error)"
      }
    }
  }

  private struct Part: Decodable { var a: [[String: Int8]] }

  @Test func faultsHaveTheirPath() {
    #expect(refusal(Part.self, "{}") == ": no a")
    #expect(refusal(Part.self, "[]") == ": no Dictionary<String, JSONValue>")
    #expect(refusal(Part.self, #"{"a":null}"#) == "a: null for Array<JSONValue>")
    #expect(refusal(Part.self, #"{"a":[[],{}]}"#) == "a.0: no Dictionary<String, JSONValue>")
    #expect(refusal(Part.self, #"{"a":[{"b":"1"}]}"#) == "a.0.b: no Int8")
    #expect(refusal(Part.self, #"{"a":[{"b":null}]}"#) == "a.0.b: null for Int8")
    #expect(
      refusal(Part.self, #"{"a":[{},{"b":300}]}"#) == "a.1.b: the number 300 is no Int8")
    #expect(refusal([Int].self, "[1.5]") == "0: the number 1.5 is no Int")
    #expect(refusal(Bool.self, "1") == ": no Bool")
  }

  private class Base: Decodable {
    var x: Int
    private enum Key: CodingKey { case x }

    required init(from decoder: any Decoder) throws {
      x = try decoder.container(keyedBy: Key.self).decode(Int.self, forKey: .x)
    }
  }

  private final class Derived: Base {
    var texts: [String] = []
    private enum Key: CodingKey { case y, inner, list }

    required init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: Key.self)
      let inner = try fields.nestedContainer(keyedBy: Key.self, forKey: .inner)
      texts.append(try inner.decode(String.self, forKey: .y))
      var list = try fields.nestedUnkeyedContainer(forKey: .list)
      while !list.isAtEnd {
        if try list.decodeNil() {
          texts.append("null")
        } else {
          texts.append(try list.decode(String.self))
        }
      }
      #expect(throws: DecodingError.self) { try list.decode(Int.self) }
      try super.init(from: fields.superDecoder())
    }
  }

  /// What `JSONWriterTests.partsThatEncodeThemselvesLater` writes.
  @Test func partsThatDecodeThemselvesLater() throws {
    let text = #"{"inner":{"y":"a/b"},"list":["c",null,"d"],"super":{"x":1},"y":2}"#
    let derived = try decode(Derived.self, text)
    #expect(derived.x == 1)
    #expect(derived.texts == ["a/b", "c", "null", "d"])
  }
}
