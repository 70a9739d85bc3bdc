import Corpus
import DatasetCache
import Mapping

/// The tracks of a cache on a plane, in the order in which they are shown.
struct PlacedTracks: Sendable {
  /// A rectangle of the plane.
  struct Box: Sendable, Hashable {
    var left: Double
    var right: Double
    var low: Double
    var high: Double

    func holds(_ x: Double, _ y: Double) -> Bool {
      (left <= x && x <= right) && (low <= y && y <= high)
    }

    var json: JSONValue {
      .object([
        "left": .number(left), "right": .number(right), "low": .number(low), "high": .number(high),
      ])
    }
  }

  /// Of each point the number of its track among the cache's.
  let tracks: [Int32]
  let xs: [Double]
  let ys: [Double]
  /// The labels that points are drawn by, in byte order.
  let labelNames: [String]
  /// Of each point the number of its label among these.
  let labels: [Int32]
  /// The points, those first that show most.
  let order: [Int32]
  /// The smallest rectangle that holds all.
  let extent: Box
  /// What is said of the map as a whole.
  let facts: [String: JSONValue]
  /// What tells it from an earlier map of the same state of the cache.
  let identity: String

  /// Puts tracks in order.
  /// - Parameters:
  ///   - points: tracks by id, and where they lie; what the list does not know is left out.
  ///   - identity: what tells it from an earlier map of the same state of the cache.
  ///   - facts: how the map was made.
  init(
    _ points: some Sequence<(track: String, x: Double, y: Double)>, among list: TrackList,
    identity: String, facts: [String: JSONValue]
  ) {
    var tracks: [Int32] = []
    var (xs, ys) = ([Double](), [Double]())
    for point in points {
      guard let track = list.position(of: point.track) else { continue }
      tracks.append(Int32(track))
      xs.append(point.x)
      ys.append(point.y)
    }
    let names = tracks.map { list.records[Int($0)].labelNames.first ?? "" }
    let labelNames = Set(names).sorted(by: ByteOrder.precedes)
    let numbers = Dictionary(
      uniqueKeysWithValues: zip(labelNames, labelNames.indices.map(Int32.init)))
    let labels = names.map { numbers[$0] ?? 0 }
    order = OverviewOrder(xs: xs, ys: ys, labels: labels).points
    extent = Box(
      left: xs.min() ?? 0, right: xs.max() ?? 0, low: ys.min() ?? 0, high: ys.max() ?? 0)
    (self.tracks, self.xs, self.ys) = (tracks, xs, ys)
    (self.labelNames, self.labels) = (labelNames, labels)
    (self.identity, self.facts) = (identity, facts)
  }
}
