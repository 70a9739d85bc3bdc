import Corpus
import DatasetCache
import HTTPTypes
import Mapping
import OpenCaches

/// All tracks as points on a plane, near each other where their rows in a view are alike.
enum TrackMap {
  /// The first two principal components, as JSON.
  /// - Throws: ``Problem`` 422 for a view whose samples are no rows of numbers; `CacheError`.
  static func components(_ served: ServedCache, _ view: View) throws -> [UInt8] {
    let found = try rows(served, view)
    let components = PrincipalComponents(rows: found.rows, columns: found.columns)
    return json(
      "pca", columns: found.columns, tracks: found.tracks.count,
      points: zip(found.tracks, components.points).map { track, point in
        // As much as a screen can show.
        self.point(
          track, x: (point.x * 1_000).rounded() / 1_000, y: (point.y * 1_000).rounded() / 1_000)
      },
      [
        "explained": .array([
          .number(components.explained.0), .number(components.explained.1),
        ])
      ])
  }

  /// The map by neighbours that a job made, as JSON.
  /// - Throws: ``Problem`` 404 where there is none, or one of an earlier state of the cache.
  static func neighbours(_ served: ServedCache, _ view: View) throws -> [UInt8] {
    let missing = Problem.missing(
      "no map by neighbours of \(view.rawValue) was computed yet",
      hint: "start a job map with cache '\(served.name)' and view '\(view.rawValue)'")
    // What is damaged is made anew as well.
    guard let kept = try? KeptMap.read(KeptMap.path(in: served.open.cache.path, view)) else {
      throw missing
    }
    let found = try rows(served, view)
    guard kept.identity == found.identity else {
      throw Problem.missing(
        "the map by neighbours of \(view.rawValue) is of an earlier state of the cache",
        hint: missing.hint)
    }
    let records = Dictionary(
      found.tracks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    return json(
      "tsne", columns: kept.columns, tracks: kept.tracks,
      points: kept.points.compactMap { point in
        records[point.track].map { self.point($0, x: point.x, y: point.y) }
      }, ["perplexity": .number(kept.perplexity), "divergence": .number(kept.divergence)])
  }

  private static func rows(_ served: ServedCache, _ view: View) throws -> TrackRows {
    do { return try TrackRows(try served.cache.snapshot(), view) } catch let error as MapError {
      throw Problem(.unprocessableContent, "source", error.detail, hint: error.hint)
    }
  }

  private static func point(_ track: TrackRecord, x: Double, y: Double) -> JSONValue {
    .object([
      "track": .text(track.id), "label": .text(track.labelNames.first ?? ""), "x": .number(x),
      "y": .number(y),
    ])
  }

  private static func json(
    _ method: String, columns: Int, tracks: Int, points: [JSONValue], _ more: [String: JSONValue]
  ) -> [UInt8] {
    JSONValue.object(
      more.merging([
        "method": .string(method), "columns": .count(columns), "tracks": .count(tracks),
        "points": .array(points),
      ]) { $1 }
    ).canonicalBytes()
  }
}
