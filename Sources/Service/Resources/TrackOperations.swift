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
        .init("after", .text(), "the id behind which to begin; offset counts from there"),
        .init("before", .text(), "the id before which to end; offset counts back from there"),
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
        let start = try start(call, positions, list)
        return .json(
          paged(call, count: positions.count, from: start, name: "tracks") {
            list.json(positions[$0])
          })
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
      parameters: [
        .init("limit", .integer(0...1 << 40), "how many to give at most; all where left out"),
        .init("other", .text(), "the one other track to tell of; all where left out"),
      ],
      answers: [.json("NeighbourList")]
    ) { call in
      try await call.service.make {
        let cache = try call.cache()
        let record = try call.track(of: cache)
        let found = try cache.neighbours()
        let pairs = (found?.pairs ?? []).filter { pair in
          guard pair.first == record.id || pair.second == record.id else { return false }
          let other = pair.first == record.id ? pair.second : pair.first
          return other == call["other"] ?? other
        }
        return .json(
          .object([
            "known": .bool(found != nil), "total": .count(pairs.count),
            "neighbours": .array(
              pairs.prefix(call.integer("limit") ?? .max).map { pair in
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

  /// Where a page of tracks begins; nil where only `offset` says so.
  private static func start(_ call: Call, _ positions: [Int], _ list: TrackList) throws -> Int? {
    /// The first of the positions from an index in the list on.
    func first(from index: Int) -> Int { positions.firstIndex { $0 >= index } ?? positions.count }
    let offset = call.integer("offset") ?? 0
    switch (call["after"], call["before"]) {
    case (nil, nil): return nil
    case (let id?, nil):
      let index = list.insertionIndex(of: id)
      return first(from: list.position(of: id) == nil ? index : index + 1) + offset
    case (nil, let id?):
      return first(from: list.insertionIndex(of: id)) - (call.integer("limit") ?? usualLimit)
        - offset
    default:
      throw Problem.parameter("before", "cannot stand beside after", hint: "give one of them")
    }
  }

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
