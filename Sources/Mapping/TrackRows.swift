import Corpus
package import DatasetCache
internal import Files
internal import Safetensors

/// The tracks of a cache as rows of numbers: of each the mean of its rows in a view.
package struct TrackRows {
  /// The tracks, in the cache's order.
  package let tracks: [TrackRecord]
  /// How many numbers a row has.
  package let columns: Int
  /// The rows one after the other.
  package let rows: [Float]
  /// What they were made from: SHA-256 over the view's fingerprint and each track with its content.
  package let identity: String

  /// The widest rows that are taken: what is computed from them grows with its square.
  private static let mostColumns = 2_048

  /// Reads them.
  /// - Parameter records: the records of all tracks of the cache, where they were read already.
  /// - Throws: ``MapError`` for a view whose samples are no rows of numbers; `CacheError`.
  package init(_ cache: Cache, _ view: View, among records: [TrackRecord]? = nil) throws {
    guard let fingerprint = try cache.description()?.fingerprints[view],
      let facts = try cache.viewFacts()[view], !facts.isSignal, facts.axes.count == 1
    else {
      let known = try cache.viewFacts().filter { !$0.value.isSignal && $0.value.axes.count == 1 }
        .keys.map(\.rawValue).sorted()
      throw MapError(
        .view, "the samples of \(view.rawValue) are no rows of numbers",
        hint: "there is \(known.isEmpty ? "no view of such" : known.joined(separator: ", "))")
    }
    let records = try (records ?? cache.trackRecords()).filter { $0.views[view] == fingerprint }
    var columns = 0
    var means: [Float] = []
    var tracks: [TrackRecord] = []
    try cache.withValues(of: view, fingerprint: fingerprint, tracks: records.map(\.id)) {
      position, value in
      guard let header = try? SafetensorsHeader(of: value), let entry = header.entries.first,
        let width = entry.shape.last, width > 0, width <= Self.mostColumns,
        columns == 0 || columns == width
      else { return }
      columns = width
      let floats = entry.floats(in: value)
      let rows = max(1, floats.count / width)
      var sums = [Float](repeating: 0, count: width)
      for (index, number) in floats.enumerated() { sums[index % width] += number / Float(rows) }
      means += sums
      tracks.append(records[position])
    }
    guard columns > 0 else {
      throw MapError(
        .view, "\(view.rawValue) has no rows of up to \(Self.mostColumns) numbers",
        hint: "prepare the view features")
    }
    self.columns = columns
    self.tracks = tracks
    rows = means
    identity = try Self.identity(fingerprint.hex, tracks)
  }

  private static func identity(_ fingerprint: String, _ tracks: [TrackRecord]) throws -> String {
    var hash = try MessageDigest(.sha256)
    for part in [fingerprint] + tracks.flatMap({ [$0.id, $0.contentChecksum] }) {
      let bytes = Array("\(part.utf8.count):\(part)".utf8)
      try hash.update(bytes.span.bytes)
    }
    return try hash.finish()
  }
}
