import Corpus
import DatasetCache
import Hummingbird

extension ServiceOperations {
  static let collection: [Operation] = [
    Operation(
      id: "collection", path: "/v1/caches/{cache}/collection",
      summary: "The collection at a glance: tracks by label and side, lengths, verdicts.",
      answers: [.json("Collection")]
    ) { try await CacheAnswer.collection.answer(to: $0) },
    Operation(
      id: "copies", path: "/v1/caches/{cache}/copies",
      summary: "The pairs of tracks that sound the same, as far as that was looked for.",
      parameters: page, answers: [.json("CopyList")]
    ) { call in
      try await call.service.make {
        let cache = try call.cache()
        let found = try cache.neighbours()
        let pairs = found?.pairs ?? []
        guard
          case .object(var list) = paged(
            call, count: pairs.count, name: "copies",
            { index in
              .object(
                pairs[index].likeness.merging([
                  "first": .text(pairs[index].first), "second": .text(pairs[index].second),
                  "offset": .number(pairs[index].offset),
                ]) { $1 })
            })
        else { return .json(.null) }
        list["known"] = .bool(found != nil)
        return .json(.object(list))
      }
    },
  ]
}
