import Hummingbird

/// An answer that is made from all of a cache and that its first views ask for, so that it is made
/// before anybody does.
struct CacheAnswer: Sendable {
  private let kind: String
  private let make: @Sendable (ServedCache) throws -> [UInt8]

  /// What a cache holds.
  static let description = CacheAnswer(kind: "cache") {
    try ServiceOperations.description(of: $0)
  }
  /// Its splits with the tracks of each side.
  static let splits = CacheAnswer(kind: "splits") { try ServiceOperations.splitList($0) }
  /// The collection at a glance.
  static let collection = CacheAnswer(kind: "collection") { try CollectionGlance.json($0) }

  /// Makes it where it is not kept.
  func keep(of cache: ServedCache, in kept: KeptAnswers) throws {
    _ = try kept.bytes(EntityTag.text(of: subject(cache)), of: cache.stamp.text) {
      try make(cache)
    }
  }

  /// The answer.
  func answer(to call: Call) async throws -> Response {
    let cache = try await call.service.work { try call.cache() }
    return try await call.kept(subject(cache), in: cache.stamp.text) { try make(cache) }
  }

  private func subject(_ cache: ServedCache) -> [String] { [kind, cache.name] }
}
