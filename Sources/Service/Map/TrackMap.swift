import Corpus
import DatasetCache
import HTTPTypes
import Mapping
import OpenCaches

/// All tracks as points on a plane, near each other where their rows in a view are alike.
enum TrackMap {
  /// The first two principal components.
  /// - Throws: ``Problem`` 422 for a view whose samples are no rows of numbers; `CacheError`.
  static func components(_ served: ServedCache, _ view: View) throws -> PlacedTracks {
    try served.map("pca \(view.rawValue)", identity: "pca") {
      let found = try rows(served, view)
      let components = PrincipalComponents(rows: found.rows, columns: found.columns)
      return PlacedTracks(
        zip(found.tracks, components.points).map { ($0.id, $1.x, $1.y) },
        among: try served.tracks(), identity: "pca",
        facts: facts(
          "pca", columns: found.columns, tracks: found.tracks.count,
          [
            "explained": .array([
              .number(components.explained.0), .number(components.explained.1),
            ])
          ]))
    }
  }

  /// The map by neighbours that a job made.
  /// - Throws: ``Problem`` 404 where there is none, or one of an earlier state of the cache.
  static func neighbours(_ served: ServedCache, _ view: View) throws -> PlacedTracks {
    let missing = Problem.missing(
      "no map by neighbours of \(view.rawValue) was computed yet",
      hint: "start a job map with cache '\(served.name)' and view '\(view.rawValue)'")
    // What is damaged is made anew as well.
    guard let kept = try? KeptMap.read(KeptMap.path(in: served.open.cache.path, view)) else {
      throw missing
    }
    let identity = "tsne \(kept.identity) \(kept.sha256)"
    return try served.map("tsne \(view.rawValue)", identity: identity) {
      guard kept.identity == (try rows(served, view).identity) else {
        throw Problem.missing(
          "the map by neighbours of \(view.rawValue) is of an earlier state of the cache",
          hint: missing.hint)
      }
      return PlacedTracks(
        kept.points.map { ($0.track, $0.x, $0.y) }, among: try served.tracks(), identity: identity,
        facts: facts(
          "tsne", columns: kept.columns, tracks: kept.tracks,
          ["perplexity": .number(kept.perplexity), "divergence": .number(kept.divergence)]))
    }
  }

  private static func rows(_ served: ServedCache, _ view: View) throws -> TrackRows {
    do {
      return try TrackRows(
        try served.cache.snapshot(), view, among: try served.tracks().records)
    } catch let error as MapError {
      throw Problem(.unprocessableContent, "source", error.detail, hint: error.hint)
    }
  }

  private static func facts(
    _ method: String, columns: Int, tracks: Int, _ more: [String: JSONValue]
  ) -> [String: JSONValue] {
    more.merging([
      "method": .string(method), "columns": .count(columns), "tracks": .count(tracks),
    ]) { $1 }
  }
}
