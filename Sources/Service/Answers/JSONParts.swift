import Corpus
import HTTPTypes
import Hummingbird
import NIOCore

extension JSONValue {
  /// A whole number.
  static func count(_ number: Int) -> JSONValue { .integer(Int64(number)) }
  /// A text, or null.
  static func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
  /// A list of texts.
  static func texts(_ texts: some Sequence<String>) -> JSONValue {
    .array(texts.map(JSONValue.string))
  }
}

extension Response {
  /// JSON.
  static func json(_ value: JSONValue, headers: HTTPFields = [:]) -> Response {
    .bytes(value.canonicalBytes(), "application/json", headers: headers)
  }

  /// Bytes of a type.
  static func bytes(
    _ bytes: [UInt8], _ mediaType: String, headers: HTTPFields = [:]
  ) -> Response {
    var fields = headers
    fields[.contentType] = mediaType
    if fields[.cacheControl] == nil { fields[.cacheControl] = "no-cache" }
    return Response(
      status: .ok, headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}

extension Neighbours.Pair {
  /// How alike the two are, by the names of the answers.
  var likeness: [String: JSONValue] {
    [
      "similarity": .number(similarity), "overlap": .number(overlap),
      "identical": .bool(isIdentical),
    ]
  }
}
