import Corpus
import HTTPTypes
import Hummingbird
import NIOCore
import Wording

/// Why a request is refused, as a problem document (RFC 9457).
struct Problem: Error, Sendable {
  let status: HTTPResponse.Status
  /// What kind it is, for programs; the same words as the errors of the other ways into a cache.
  let code: String
  /// What is wrong, in a sentence.
  let detail: String
  /// What to do; empty where nothing helps.
  var hint = ""
  var headers: HTTPFields = [:]

  init(
    _ status: HTTPResponse.Status, _ code: String, _ detail: String, hint: String = "",
    headers: HTTPFields = [:]
  ) {
    self.status = status
    self.code = code
    // Names in it come from the request and from files.
    self.detail = Words.shown(detail)
    self.hint = Words.shown(hint)
    self.headers = headers
  }

  /// The document.
  var json: JSONValue {
    var fields: [String: JSONValue] = [
      "type": .string("about:blank"), "title": .string(status.reasonPhrase),
      "status": .count(status.code), "code": .string(code), "detail": .string(detail),
    ]
    if !hint.isEmpty { fields["hint"] = .string(hint) }
    return .object(fields)
  }

  static let mediaType = "application/problem+json"

  /// The answer that says so.
  var response: Response {
    var fields = headers
    fields[.contentType] = Self.mediaType
    fields[.cacheControl] = "no-store"
    return Response(
      status: status, headers: fields,
      body: .init(byteBuffer: ByteBuffer(bytes: json.canonicalBytes())))
  }
}

extension Problem {
  /// A parameter that is not as it must be.
  static func parameter(_ name: String, _ detail: String, hint: String) -> Problem {
    Problem(.badRequest, "configuration", "\(name): \(detail)", hint: hint)
  }

  /// A body that does not say what it must.
  static func unreadable(_ error: JSONFieldError) -> Problem {
    Problem(
      .unprocessableContent, "request", "\(error.subject) \(error.detail)", hint: error.hint)
  }

  /// Something that is not there.
  static func missing(_ detail: String, hint: String = "") -> Problem {
    Problem(.notFound, "notFound", detail, hint: hint)
  }
}
