import Corpus
import DatasetCache
import Hummingbird
import OpenCaches

extension ServiceOperations {
  static let tracks: [Operation] = [
    Operation(
      id: "tracks", path: "/v1/caches/{cache}/tracks",
      summary: "The tracks in the order of their ids, narrowed by label, side, verdict and text.",
      parameters: page + [
        .init("label", .text(), "a label that the tracks have"),
        .init("split", .text(), "the split of the side; the cache's default where left out"),
        .init("side", .text(), "the side of the split that the tracks are on"),
        .init("verdict", .text(), "a verdict or kind of fault that the tracks have"),
        .init("text", .text(), "what id, path, artist, title or label holds, in any case"),
      ], answers: [.json("TrackList")]
    ) { call in
      try await call.service.make {
        let cache = try call.cache()
        let split = try call["side"] == nil ? nil : chosenSplit(call, of: cache)
        if let side = call["side"], let split, !split.sides.contains(side) {
          throw Problem.missing(
            "the split '\(split.plan.name)' has no side '\(side)'",
            hint: "its sides are \(split.sides.joined(separator: ", "))")
        }
        let list = try cache.tracks()
        let filter = TrackList.Filter(
          label: call["label"], side: call["side"], verdict: call["verdict"], text: call["text"])
        let positions = list.positions(filter, split: split)
        return .json(
          paged(call, count: positions.count, name: "tracks") { list.json(positions[$0]) })
      }
    },
    Operation(
      id: "track", path: "/v1/caches/{cache}/tracks/{track}",
      summary: "A track: its record, its side in every split, its slices in every view.",
      answers: [.json("Track")]
    ) { call in
      try await call.service.work {
        let cache = try call.cache()
        let record = try call.track(of: cache)
        guard case .object(var fields) = try json(record, in: cache) else { return .json(.null) }
        var sides: [String: JSONValue] = [:]
        for name in try cache.cache.splitNames() {
          sides[name] = .text(try cache.split(named: name)?.assignment[record.id])
        }
        fields["sides"] = .object(sides)
        var slices: [String: JSONValue] = [:]
        for view in record.views.keys {
          slices[view.rawValue] = try cache.cache.slices(of: view, track: record.id)
            .map { .count($0.count) }
        }
        fields["slice_counts"] = .object(slices)
        fields["source"] = .object([
          "container": .text(record.source.container), "encoding": .text(record.source.encoding),
          "sample_rate": .count(record.source.sampleRate),
          "channels": .count(record.source.channels), "frames": .count(record.source.frames),
        ])
        fields["figures"] = try record.figures.map { try JSONValue(encoding: $0) } ?? .null
        return .json(.object(fields))
      }
    },
    Operation(
      id: "slices", path: "/v1/caches/{cache}/tracks/{track}/slices",
      summary: "The slices of a track in a view, in samples and seconds.",
      parameters: [.init("view", .text(), "the name of a view", isRequired: true)] + page,
      answers: [.json("SliceList")]
    ) { call in
      try await call.service.work {
        let cache = try call.cache()
        let record = try call.track(of: cache)
        let view = try call.view(of: cache)
        guard let slices = try cache.cache.slices(of: view, track: record.id) else {
          throw Problem.missing("the track '\(record.id)' has no slices in \(view.rawValue)")
        }
        let rate = Double(record.sampleRate)
        return .json(
          paged(call, count: slices.count, name: "slices") { index in
            .object([
              "slice": .count(index), "start": .count(index * slices.hop),
              "length": .count(slices.length),
              "start_seconds": .number(Double(index * slices.hop) / rate),
              "seconds": .number(Double(slices.length) / rate),
            ])
          })
      }
    },
    Operation(
      id: "neighbours", path: "/v1/caches/{cache}/tracks/{track}/neighbours",
      summary: "The tracks that sound the same, as far as that was looked for.",
      answers: [.json("NeighbourList")]
    ) { call in
      try await call.service.make {
        let cache = try call.cache()
        let record = try call.track(of: cache)
        let found = try cache.neighbours()
        let pairs = (found?.pairs ?? []).filter { $0.first == record.id || $0.second == record.id }
        return .json(
          .object([
            "known": .bool(found != nil),
            "neighbours": .array(
              pairs.map { pair in
                let isFirst = pair.first == record.id
                return .object(
                  pair.likeness.merging([
                    "track": .text(isFirst ? pair.second : pair.first),
                    // Where the other one begins in this one.
                    "offset": .number(isFirst ? pair.offset : -pair.offset),
                  ]) { $1 })
              }),
          ]))
      }
    },
  ]

  /// What lists and the track itself say of a record.
  private static func json(_ record: TrackRecord, in cache: ServedCache) throws -> JSONValue {
    OpenCache.json(record, try cache.tracks().limits)
  }

  /// The split that is asked for, or the default.
  static func chosenSplit(_ call: Call, of cache: ServedCache) throws -> Split {
    let name = try cache.cache.chosenSplit(call["split"])
    guard let split = try cache.split(named: name) else {
      throw Problem.missing(
        "\(cache.name) has no split '\(name)'",
        hint: "it has \(try cache.cache.splitNames().joined(separator: ", "))")
    }
    return split
  }
}
