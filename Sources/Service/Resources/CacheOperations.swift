import Corpus
import DatasetCache
import Hummingbird
import OpenCaches

extension ServiceOperations {
  static let caches: [Operation] = [
    Operation(
      id: "caches", path: "/v1/caches", summary: "The caches under the root, by name.",
      parameters: page, answers: [.json("CacheList")]
    ) { call in
      try await call.service.work {
        let names = call.service.cacheNames()
        return .json(paged(call, count: names.count, name: "caches") { .text(names[$0]) })
      }
    },
    Operation(
      id: "cache", path: "/v1/caches/{cache}",
      summary: "What a cache holds: views, labels, splits, recipe, counts.",
      answers: [.json("Cache")]
    ) { try await CacheAnswer.description.answer(to: $0) },
    Operation(
      id: "quarantine", path: "/v1/caches/{cache}/quarantine",
      summary: "The files that could not be used, each with its reason.", parameters: page,
      answers: [.json("Quarantine")]
    ) { call in
      try await call.service.work {
        let files = try call.cache().cache.quarantined()
        return .json(
          paged(call, count: files.count, name: "files") { index in
            let file = files[index]
            return .object([
              "id": .text(file.id), "path": .text(file.path), "label": .text(file.label),
              "code": .text(file.code), "message": .text(file.message), "hint": .text(file.hint),
            ])
          })
      }
    },
  ]

  /// What a cache holds, as JSON.
  static func description(of cache: ServedCache) throws -> [UInt8] {
    guard case .object(var fields) = try cache.open.description() else {
      throw Problem(.internalServerError, "system", "\(cache.name) has no description")
    }
    // Where it lies on this machine is nobody's business.
    fields["path"] = nil
    let card = try cache.cache.card()
    fields["name"] = .text(cache.name)
    fields["dataset"] = .text(try cache.cache.description()?.manifest.name ?? card?.name)
    fields["label_counts"] = .object((card?.labels ?? [:]).mapValues(JSONValue.count))
    fields["quarantined"] = .count(try cache.cache.quarantined().count)
    fields["dropped"] = .count(try cache.cache.dropped().count)
    fields["licence"] = .text(card?.licence)
    fields["citations"] = .texts(card?.citations ?? [])
    fields["stamp"] = .text(cache.stamp.text)
    return JSONValue.object(fields).canonicalBytes()
  }
}
