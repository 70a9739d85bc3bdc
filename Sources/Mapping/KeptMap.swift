package import Corpus
package import DatasetCache
internal import Files
import Wording

/// A map by neighbours as it is kept in the folder of its cache, `maps/VIEW.json`.
package struct KeptMap: Sendable, Hashable, Codable {
  /// Where a track lies.
  package struct Point: Sendable, Hashable, Codable {
    package var track: String
    package var x: Double
    package var y: Double
  }

  /// The form of the file.
  package static let currentSchema = "lathe.map/1"
  /// More tracks are not placed: a sample of so many is, spread evenly over the cache.
  package static let mostTracks = 10_000

  package var schema: String
  package var view: String
  /// ``TrackRows/identity`` of the rows that it was made from.
  package var identity: String
  package var columns: Int
  package var perplexity: Double
  package var steps: Int
  /// The Kullback-Leibler divergence that was reached, in nats.
  package var divergence: Double
  /// How many tracks there are; more than ``points`` where a sample was placed.
  package var tracks: Int
  package var points: [Point]
  /// SHA-256 of the canonical JSON of ``points``.
  package var sha256: String

  /// The map of the rows of a view.
  /// - Throws: as ``NeighbourEmbedding``; `CacheError`.
  package init(
    of cache: Cache, _ view: View, _ options: NeighbourEmbedding.Options,
    cancellation: Cancellation, progress: (_ step: Int, _ divergence: Double) -> Void
  ) throws {
    let all = try TrackRows(cache, view)
    let count = min(all.tracks.count, Self.mostTracks)
    let chosen = (0..<count).map { $0 * all.tracks.count / count }
    let found = try NeighbourEmbedding(
      of: chosen.flatMap { all.rows[$0 * all.columns..<($0 + 1) * all.columns] },
      columns: all.columns, options, cancellation: cancellation, progress: progress)
    schema = Self.currentSchema
    self.view = view.rawValue
    identity = all.identity
    columns = all.columns
    perplexity = found.perplexity
    steps = options.steps
    divergence = found.divergence
    tracks = all.tracks.count
    points = zip(chosen, found.points).map { index, point in
      // As much as a screen can show.
      Point(track: all.tracks[index].id, x: Self.rounded(point.x), y: Self.rounded(point.y))
    }
    sha256 = try Self.checksum(points)
  }

  private static func rounded(_ number: Double) -> Double { (number * 1_000).rounded() / 1_000 }

  private static func checksum(_ points: [Point]) throws -> String {
    var hash = try MessageDigest(.sha256)
    let bytes = try CanonicalJSON.encode(points)
    try hash.update(bytes.span.bytes)
    return try hash.finish()
  }

  /// Where the map of a view is kept.
  package static func path(in cache: String, _ view: View) -> String {
    "\(cache)/maps/\(view.rawValue).json"
  }

  /// Keeps it.
  /// - Throws: `FileError`.
  package func write(to path: String) throws {
    let folder = path.pathComponents.dropLast()
    if !folder.isEmpty { try Files.makeFolder(folder.joined(separator: "/")) }
    try Files.replace(path, with: try CanonicalJSON.encode(self) + [UInt8(ascii: "\n")])
  }

  /// Reads one; nil where there is none.
  /// - Throws: ``MapError`` for one that is not what was written; `FileError`.
  package static func read(_ path: String) throws -> KeptMap? {
    guard let bytes = try Files.read(path, limit: 1 << 26) else { return nil }
    guard let map = try? StrictJSON.decode(KeptMap.self, from: bytes, named: path),
      map.schema == currentSchema, map.sha256 == (try? checksum(map.points))
    else {
      throw MapError(
        .damaged, "\(path) is not what was written, or of another version",
        hint: "make it anew with lathe map")
    }
    return map
  }
}
