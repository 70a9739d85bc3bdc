import Corpus
import DatasetCache
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import OpenCaches

/// A request that was let in, matched and checked.
struct Call: Sendable {
  let service: ServedRoot
  let request: Request
  let context: ServiceContext
  /// What the path and the query give, by name; each is as its form says.
  let values: [String: String]

  /// A text; nil where it is not given.
  subscript(name: String) -> String? { values[name] }

  /// A part of the path, or a parameter that must be given.
  func required(_ name: String) throws(Problem) -> String {
    if let value = values[name] { return value }
    throw .parameter(name, "is missing", hint: "give it")
  }

  /// A whole number.
  func integer(_ name: String) -> Int? { values[name].flatMap { Int($0) } }

  /// A number with a fraction.
  func number(_ name: String) -> Double? { values[name].flatMap { Double($0) } }

  /// A flag; false where it is not given.
  func flag(_ name: String) -> Bool { values[name] == "true" }

  /// What is sent with the request.
  /// - Throws: ``Problem`` 413 where it is longer than is taken.
  func body() async throws -> [UInt8] {
    let most = service.configuration.limits.bodyBytes
    do {
      return Array(buffer: try await request.body.collect(upTo: most))
    } catch is NIOTooManyBytesError {
      throw Problem(
        .contentTooLarge, "request", "the body is too long", hint: "at most \(most) bytes",
        headers: [.connection: "close"])
    } catch is HTTPParserError {
      throw Problem(
        .badRequest, "request", "the body is not sent as HTTP wants it",
        hint: "send Content-Length, or chunks", headers: [.connection: "close"])
    }
  }

  /// The cache that the path names.
  func cache() throws -> ServedCache { try service.catalogue.cache(named: try required("cache")) }

  /// The track that the path names.
  func track(of cache: ServedCache) throws -> TrackRecord {
    let id = try required("track")
    // A longer text is no key of the store.
    guard id.utf8.count <= 511, let record = try cache.cache.trackRecord(id) else {
      throw Problem.missing(
        "there is no track '\(id)' in \(cache.name)", hint: "list them: /v1/caches/…/tracks")
    }
    return record
  }

  /// A view of a cache by the name that a parameter has.
  func view(of cache: ServedCache, _ name: String = "view") throws -> View {
    try cache.open.view(named: try required(name))
  }
}

/// What Hummingbird keeps of a request.
struct ServiceContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }
}
