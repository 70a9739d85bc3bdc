import Corpus
import DatasetCache

/// What of a map is asked for, and the answer: as many points as were asked for, but no longer an
/// answer than a page should wait for; those that show most of the part come first.
struct MapPart: Sendable {
  /// The forms of the answer.
  enum Form: String, Sendable, CaseIterable {
    /// An object a point.
    case points
    /// A list of each coordinate, as whole numbers of 16 bits.
    case compact
  }

  /// Bytes of the points of an answer.
  static let mostBytes = 190_000

  var left: Double?
  var right: Double?
  var low: Double?
  var high: Double?
  var label: String?
  var offset = 0
  var limit = Int.max
  var form = Form.points

  /// All that the answer depends on besides the map.
  var parts: [String] {
    [left, right, low, high].map { $0.map { "\($0)" } ?? "" }
      + [label ?? "", "\(label != nil)", "\(offset)", "\(limit)", form.rawValue]
  }

  /// The answer as JSON.
  /// - Parameter mistakes: tracks whose label is likely wrong, as numbers among the cache's, the
  ///   surest first: they come before all others.
  func json(of map: PlacedTracks, _ list: TrackList, mistakes: [Int]) -> [UInt8] {
    let box = box(within: map.extent)
    let (doubtful, others) = points(of: map, list, in: box, mistakes: mistakes)
    let chosen = doubtful + others
    let start = min(offset, chosen.count)
    let wanted = chosen[start...].prefix(limit)
    let (shown, points) =
      switch form {
      case .points: Self.objects(wanted, of: map, list)
      case .compact: Self.columns(wanted, of: map, list, box)
      }
    return JSONValue.object(
      map.facts.merging([
        "placed": .count(map.order.count), "total": .count(chosen.count), "offset": .count(start),
        "extent": map.extent.json, "doubtful": .count(max(0, min(doubtful.count - start, shown))),
        form.rawValue: points,
      ]) { $1 }
    ).canonicalBytes()
  }

  private func box(within extent: PlacedTracks.Box) -> PlacedTracks.Box {
    PlacedTracks.Box(
      left: max(left ?? extent.left, extent.left), right: min(right ?? extent.right, extent.right),
      low: max(low ?? extent.low, extent.low), high: min(high ?? extent.high, extent.high))
  }

  /// The points of the part: those of likely mistakes, and the others.
  private func points(
    of map: PlacedTracks, _ list: TrackList, in box: PlacedTracks.Box, mistakes: [Int]
  ) -> (doubtful: [Int], others: [Int]) {
    let number = label.map { label in map.labelNames.firstIndex(of: label).map(Int32.init) ?? -1 }
    let ranks = Dictionary(
      zip(mistakes.map(Int32.init), mistakes.indices), uniquingKeysWith: { first, _ in first })
    var doubtful: [(rank: Int, point: Int)] = []
    var others: [Int] = []
    for point in map.order.lazy.map(Int.init) where box.holds(map.xs[point], map.ys[point]) {
      if let label, let number, map.labels[point] != number {
        // A track of several labels is drawn by its first one.
        let record = list.records[Int(map.tracks[point])]
        guard record.tags != nil, record.labelNames.contains(label) else { continue }
      }
      if !ranks.isEmpty, let rank = ranks[map.tracks[point]] {
        doubtful.append((rank, point))
      } else {
        others.append(point)
      }
    }
    return (doubtful.sorted { $0.rank < $1.rank }.map(\.point), others)
  }

  private static func objects(
    _ points: ArraySlice<Int>, of map: PlacedTracks, _ list: TrackList
  ) -> (count: Int, json: JSONValue) {
    // As much as a screen can show.
    func rounded(_ number: Double) -> JSONValue { .number((number * 1_000).rounded() / 1_000) }
    var bytes = 0
    var objects: [JSONValue] = []
    for point in points {
      let object = JSONValue.object([
        "track": .string(list.records[Int(map.tracks[point])].id),
        "label": .string(map.labelNames[Int(map.labels[point])]), "x": rounded(map.xs[point]),
        "y": rounded(map.ys[point]),
      ])
      bytes += object.canonicalBytes().count + 1
      if bytes > mostBytes { break }
      objects.append(object)
    }
    return (objects.count, .array(objects))
  }

  private static func columns(
    _ points: ArraySlice<Int>, of map: PlacedTracks, _ list: TrackList, _ box: PlacedTracks.Box
  ) -> (count: Int, json: JSONValue) {
    func step(_ number: Double, _ first: Double, _ last: Double) -> JSONValue {
      let steps = Double(UInt16.max)
      return .count(last > first ? Int(((number - first) / (last - first) * steps).rounded()) : 0)
    }
    var bytes = 0
    var (tracks, labels, xs, ys) = ([JSONValue](), [JSONValue](), [JSONValue](), [JSONValue]())
    var names: [JSONValue] = []
    var numbers: [Int32: Int] = [:]
    for point in points {
      let label = map.labels[point]
      let number = numbers[label] ?? names.count
      var row: [JSONValue] = [
        .string(list.records[Int(map.tracks[point])].id), .count(number),
        step(map.xs[point], box.left, box.right), step(map.ys[point], box.low, box.high),
      ]
      if number == names.count { row.append(.string(map.labelNames[Int(label)])) }
      bytes += row.reduce(0) { $0 + $1.canonicalBytes().count + 1 }
      if bytes > mostBytes { break }
      if row.count > 4 {
        names.append(row[4])
        numbers[label] = number
      }
      tracks.append(row[0])
      labels.append(row[1])
      xs.append(row[2])
      ys.append(row[3])
    }
    return (
      tracks.count,
      .object([
        "box": box.json, "labels": .array(names), "track": .array(tracks), "label": .array(labels),
        "x": .array(xs), "y": .array(ys),
      ])
    )
  }
}
