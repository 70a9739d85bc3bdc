import Corpus
import Hummingbird
import Wording

/// All that can be asked for.
enum ServiceOperations {
  static let all: [Operation] =
    health + caches + tracks + sound + pictures + values + features + splits + loaders + runs
    + collection + maps + corrections + jobs + pages + plain

  /// The form of names of caches and runs.
  static let name = ParameterForm.text(most: 1_024)

  /// The parameters of a page of a list.
  static let page: [Operation.Parameter] = [
    .init("offset", .integer(0...1 << 40), "how many to pass over; 0 where left out"),
    .init(
      "limit", .integer(0...1_000), "how many to give at most; \(usualLimit) where left out"),
  ]
  static let usualLimit = 100

  /// A list of which a page is given.
  /// - Parameter start: where it begins, where that is not what `offset` says; below 0 for a page whose
  ///   first part is none.
  static func paged(
    _ call: Call, count: Int, from start: Int? = nil, name: String,
    _ item: (Int) throws -> JSONValue
  ) rethrows -> JSONValue {
    let first = min(start ?? call.integer("offset") ?? 0, count)
    let offset = max(0, first)
    let end = max(offset, min(count, first + (call.integer("limit") ?? usualLimit)))
    return .object([
      "total": .count(count), "offset": .count(offset),
      name: .array(try (offset..<end).map(item)),
    ])
  }

  private static let health: [Operation] = [
    Operation(
      id: "health", path: "/healthz", summary: "Whether the process answers.",
      answers: [.bytes("text/plain")], isOpen: true
    ) { _ in .bytes(Array("ok\n".utf8), "text/plain") },
    Operation(
      id: "readiness", path: "/readyz",
      summary:
        "Whether the root can be read, what the first views of the caches need has been read, and the "
        + "server is not shutting down.",
      answers: [.bytes("text/plain")], isOpen: true
    ) { call in
      try await call.service.work { try call.service.checkReadiness() }
      return .bytes(Array("ready\n".utf8), "text/plain")
    },
    Operation(
      id: "metrics", path: "/metrics", summary: "Figures in the text form of Prometheus.",
      answers: [.bytes("text/plain")]
    ) { call in
      .bytes(Array(call.service.metrics.text().utf8), PrometheusText.mediaType)
    },
    Operation(
      id: "description", path: "/v1/openapi.json", summary: "This description (OpenAPI 3.1).",
      answers: [.json("Anything")], isOpen: true
    ) { _ in .bytes(OpenAPIDocument.bytes, "application/json") },
  ]
}
