import Corpus
import DatasetCache
import Hummingbird
import OpenCaches

extension ServiceOperations {
  /// The most that is counted of a map.
  private static let far = -1e12...1e12
  /// Likely wrong labels that come first on a map.
  private static let mostMistakes = 500

  static let maps: [Operation] = [
    Operation(
      id: "map", path: "/v1/caches/{cache}/map",
      summary:
        "Each track as a point: the first two principal components of its mean row in a view, or "
        + "a map by neighbours that a job made. An answer has as many points as fit into 200 kB, "
        + "likely wrong labels and those that show most of the whole before others; a part of the "
        + "plane has more of its own.",
      parameters: [
        .init("view", .text(), "the name of a view of rows of numbers", isRequired: true),
        .init("method", .choice(["pca", "tsne"]), "how it is made; pca where left out"),
        .init("left", .number(far), "the least x; that of all points where left out"),
        .init("right", .number(far), "the greatest x"),
        .init("low", .number(far), "the least y"),
        .init("high", .number(far), "the greatest y"),
        .init("label", .text(), "a label that the tracks have"),
        .init("offset", .integer(0...1 << 40), "how many points to pass over; 0 where left out"),
        .init("limit", .integer(0...1 << 40), "how many points to give at most"),
        .init(
          "form", .choice(MapPart.Form.allCases.map(\.rawValue)),
          "an object a point, or a list of each coordinate: x and y as parts of 65,535 of the box"),
      ],
      answers: [.json("Map")]
    ) { call in
      let part = MapPart(
        left: call.number("left"), right: call.number("right"), low: call.number("low"),
        high: call.number("high"), label: call["label"], offset: call.integer("offset") ?? 0,
        limit: call.integer("limit") ?? .max,
        form: call["form"].flatMap(MapPart.Form.init) ?? .points)
      let (cache, view) = try await call.service.work {
        let cache = try call.cache()
        return (cache, try call.view(of: cache))
      }
      let isByNeighbours = call["method"] == "tsne"
      let (map, mistakes) = try await call.service.make {
        (
          try isByNeighbours ? TrackMap.neighbours(cache, view) : TrackMap.components(cache, view),
          try LikelyMistakes.of(cache, call.service)
        )
      }
      let parts = [
        "map", cache.name, cache.stamp.text, view.rawValue, map.identity, mistakes.stamp,
      ]
      return try await call.tagged("application/json", from: parts + part.parts) {
        let first = mistakes.tracks.prefix(mostMistakes).map(\.index)
        return part.json(of: map, try cache.tracks(), mistakes: first)
      }
    },
    Operation(
      id: "likely-mislabelled", path: "/v1/caches/{cache}/likely-mislabelled",
      summary:
        "Tracks that runs, which had not learnt them, took for something else: the surest first.",
      parameters: page, answers: [.json("MislabelledList")]
    ) { call in
      try await call.service.make {
        let cache = try call.cache()
        let found = try LikelyMistakes.of(cache, call.service)
        guard
          case .object(var list) = paged(
            call, count: found.tracks.count, name: "tracks", { found.tracks[$0].json })
        else { return .json(.null) }
        list["runs"] = .count(found.runs)
        return .json(.object(list))
      }
    },
  ]
}
