import Corpus
import DatasetCache
import HTTPTypes
import OpenCaches
import Safetensors

/// All tracks as points on a plane, near each other where their rows in a view are alike.
enum TrackMap {
  /// The widest rows that are taken: their covariance is a square of so many numbers.
  private static let mostColumns = 2_048

  /// The points as JSON.
  /// - Throws: ``Problem`` 422 for a view whose samples are no rows of numbers; `CacheError`.
  static func json(_ served: ServedCache, _ view: View) throws -> [UInt8] {
    let cache = try served.cache.snapshot()
    guard let fingerprint = try cache.description()?.fingerprints[view],
      let facts = try cache.viewFacts()[view], !facts.isSignal, facts.axes.count == 1
    else {
      throw Problem(
        .unprocessableContent, "source", "the samples of \(view.rawValue) are no rows of numbers",
        hint: "there is \(try rows(cache).joined(separator: ", "))")
    }
    let records = try cache.trackRecords().filter { $0.views[view] == fingerprint }
    var columns = 0
    var means: [Float] = []
    var tracks: [Int] = []
    try cache.withValues(of: view, fingerprint: fingerprint, tracks: records.map(\.id)) {
      position, value in
      guard let header = try? SafetensorsHeader(of: value), let entry = header.entries.first,
        let width = entry.shape.last, width > 0, width <= mostColumns,
        columns == 0 || columns == width
      else { return }
      columns = width
      let floats = entry.floats(in: value)
      let rows = max(1, floats.count / width)
      var sums = [Float](repeating: 0, count: width)
      for (place, number) in floats.enumerated() { sums[place % width] += number / Float(rows) }
      means += sums
      tracks.append(position)
    }
    guard columns > 0 else {
      throw Problem(
        .unprocessableContent, "source",
        "\(view.rawValue) has no rows of up to \(mostColumns) numbers")
    }
    let components = PrincipalComponents(rows: means, columns: columns)
    return JSONValue.object([
      "columns": .count(columns),
      "explained": .array([
        .number(components.explained.0), .number(components.explained.1),
      ]),
      "points": .array(
        zip(tracks, components.points).map { position, point in
          .object([
            "track": .text(records[position].id),
            "label": .text(records[position].labelNames.first ?? ""),
            // As much as a screen can show.
            "x": .number((point.x * 1_000).rounded() / 1_000),
            "y": .number((point.y * 1_000).rounded() / 1_000),
          ])
        }),
    ]).canonicalBytes()
  }

  private static func rows(_ cache: Cache) throws -> [String] {
    try cache.viewFacts().filter { !$0.value.isSignal && $0.value.axes.count == 1 }.keys
      .map(\.rawValue).sorted()
  }
}
