import HTTPTypes
import Hummingbird
import NIOCore

extension Call {
  /// An answer that is made once for each state of its subject.
  /// - Parameters:
  ///   - subject: what is asked for.
  ///   - mediaType: its form.
  ///   - state: what changes when the answer does.
  func kept(
    _ subject: [String], as mediaType: String = "application/json", in state: String = "",
    make: @Sendable @escaping () throws -> [UInt8]
  ) async throws -> Response {
    try await tagged(mediaType, from: subject + [state]) {
      try service.kept.bytes(EntityTag.text(of: subject), of: state, make: make)
    }
  }

  /// Bytes that are named by what they are made from, so that a client that has them gets 304.
  /// - Parameters:
  ///   - parts: all that they depend on.
  ///   - hasRanges: whether a part of them may be asked for.
  ///   - make: makes them; not called if the client has them.
  func tagged(
    _ mediaType: String, from parts: [String], hasRanges: Bool = false,
    make: @Sendable @escaping () throws -> [UInt8]
  ) async throws -> Response {
    let tag = "\"\(EntityTag.text(of: parts))\""
    var fields: HTTPFields = [.eTag: tag, .cacheControl: "no-cache"]
    if let known = request.headers[.ifNoneMatch], EntityTag.list(known, holds: tag) {
      return Response(status: .notModified, headers: fields)
    }
    let bytes = try await service.make(make)
    if hasRanges { fields[.acceptRanges] = "bytes" }
    // What was begun of other bytes is sent whole.
    let isSame = request.headers[.ifRange].map { $0 == tag } ?? true
    switch hasRanges && isSame ? ByteRange(request.headers[.range], of: bytes.count) : .whole {
    case .whole: return .bytes(bytes, mediaType, headers: fields)
    case .part(let range):
      fields[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(bytes.count)"
      var part = Response.bytes(Array(bytes[range]), mediaType, headers: fields)
      part.status = .partialContent
      return part
    case .beyond:
      throw Problem(
        .rangeNotSatisfiable, "request", "there are \(bytes.count) bytes",
        headers: [.contentRange: "bytes */\(bytes.count)"])
    }
  }
}
