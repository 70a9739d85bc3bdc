public import Corpus

extension Cache {
  private static let neighboursKey = "pairs"

  /// The view by which tracks are found to sound the same; every cache has it.
  public static let neighboursView = View(like: "acoustic")

  /// Keeps what was found to sound the same, in place of what was found before.
  ///
  /// - Parameter records: the tracks that it was found among: it holds for as long as they are as
  ///   they are now.
  /// - Throws: `CacheError` `.readOnly`, `.noSpace`.
  public func keep(_ found: Neighbours, among records: [TrackRecord]) throws(CacheError) {
    let kept = KeptNeighbours(state: try Self.state(of: records), found: found)
    try put(try Self.canonical(kept), for: Self.neighboursKey, in: Layout.neighbours)
  }

  /// What was found to sound the same among these tracks; nil where that was not looked for, the
  /// tracks have changed since, or what was kept is damaged: it can be found again.
  public func keptNeighbours(among records: [TrackRecord]) throws(CacheError) -> Neighbours? {
    guard let json = try soundNeighbours(),
      let kept = try? RecordJSON.decode(KeptNeighbours.self, from: json, subject: "neighbours"),
      kept.state == (try Self.state(of: records))
    else { return nil }
    return kept.found
  }

  private func soundNeighbours() throws(CacheError) -> [UInt8]? {
    do throws(CacheError) {
      return try bytes(for: Self.neighboursKey, in: Layout.neighbours)
    } catch {
      guard error.isOfDamage else { throw error }
      return nil
    }
  }

  private static func canonical(_ value: some Encodable) throws(CacheError) -> [UInt8] {
    do {
      return try CanonicalJSON.encode(value)
    } catch {
      throw CacheError(
        kind: .invalidRecord, operation: "encode", subject: "neighbours", detail: "\(error)")
    }
  }

  /// Everything that the result depends on: a fingerprint is a function of the file and of its
  /// view.
  private static func state(of records: [TrackRecord]) throws(CacheError) -> Fingerprint {
    let tracks = records.map { record in
      JSONValue.array(
        [record.id, record.contentChecksum, record.views[neighboursView]?.hex ?? ""]
          .map(JSONValue.string))
    }
    let version = JSONValue.array([.string("\(KeptNeighbours.version)")])
    return try Fingerprint(hashing: JSONValue.array([version] + tracks).canonicalBytes())
  }
}

/// What a search has found, and among which tracks.
private struct KeptNeighbours: Codable {
  /// Counts up whenever the search finds other pairs among the same tracks.
  static let version = 1

  var state: Fingerprint
  var found: Neighbours
}
