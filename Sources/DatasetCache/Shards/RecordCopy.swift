import Corpus
import LMDBStore

extension Cache {
  /// So many bytes of values are written in one transaction.
  private static let batchBytes = 32 << 20

  /// Takes over the records and values of the tracks and files of another cache, of a shard those
  /// that belong to it. Each record is compared with its checksum on the way.
  ///
  /// - Parameters:
  ///   - other: the cache, as it is at one moment.
  ///   - onProgress: gets the bytes that were copied since it was called last, and says whether to
  ///     go on.
  /// - Returns: whether it came to its end.
  /// - Throws: `CacheError` `.damaged` where the other cache is; where this one cannot be written.
  public func copyTracks(
    of other: Cache, onProgress: (Int) -> Bool
  ) throws(CacheError) -> Bool {
    let state = try other.state(nil)
    let owners = try shard == nil ? [:] : other.owners()
    for name in state.names where Layout.isOfShards(name) {
      let isCopied = try copy(
        name, of: state,
        where: { key in
          guard let shard else { return true }
          return shard.holds(Layout.isKeyedByTrack(name) ? key : owners[Array(key.utf8)] ?? key)
        }, onProgress)
      guard isCopied else { return false }
    }
    return true
  }

  /// Takes over everything else of another cache: what it is made from, splits, index, what sounds
  /// the same.
  public func copyWhole(of other: Cache) throws(CacheError) {
    let state = try other.state(nil)
    for name in state.names
    where !Layout.isOfShards(name) && Layout.isChecked(name) && name != Layout.shards {
      _ = try copy(name, of: state, where: { _ in true }, { _ in true })
    }
  }

  private func copy(
    _ name: String, of state: CacheState, where isTaken: (String) -> Bool,
    _ onProgress: (Int) -> Bool
  ) throws(CacheError) -> Bool {
    var batch: [(key: String, value: [UInt8])] = []
    var bytes = 0
    var goesOn = true

    func flush() throws(CacheError) {
      if batch.isEmpty { return }
      let entries = batch
      try write { transaction throws(StoreError) in
        for (key, value) in entries { try transaction.put(value, for: key, in: name) }
      }
      goesOn = onProgress(bytes) && goesOn
      batch.removeAll(keepingCapacity: true)
      bytes = 0
    }
    try state.walk(name) { (key, value) throws(CacheError) in
      guard goesOn else { return }
      let text = String(decoding: DatasetCache.copy(key) ?? [], as: UTF8.self)
      guard isTaken(text) else { return }
      batch.append((text, DatasetCache.copy(value) ?? []))
      bytes += value.byteCount
      unsafe value.withUnsafeBytes { unsafe state.release($0) }
      if bytes >= Self.batchBytes { try flush() }
    }
    try flush()
    return goesOn
  }

  /// The id of the track that each file is, or would be, by the key of its path.
  private func owners() throws(CacheError) -> [[UInt8]: String] {
    var owners: [[UInt8]: String] = [:]
    for record in try quarantined() {
      owners[Array(try Layout.key(path: record.path).utf8)] = record.id
    }
    for record in try dropped() {
      owners[Array(try Layout.key(path: record.track.path).utf8)] = record.track.id
    }
    for record in try trackRecords() {
      owners[Array(try Layout.key(path: record.path).utf8)] = record.id
    }
    return owners
  }
}
