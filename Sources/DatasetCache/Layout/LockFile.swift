import Files

extension ExclusiveLock {
  /// Takes the lock of a cache's one writer.
  convenience init(path: String, cache: String) throws(CacheError) {
    do throws(Refusal) {
      try self.init(path)
    } catch {
      switch error {
      case .file(let error):
        throw CacheError(system: error.code, operation: error.operation, subject: error.path)
      case .held(let id):
        throw CacheError(
          kind: .locked, operation: "write to", subject: cache,
          detail: "\(Refusal.holder(id)) is writing to it",
          hint: "wait until it ends, or end it")
      }
    }
  }
}

extension Cache {
  /// Whether another process writes to the cache, or to a shard of it, at this moment.
  public var isBeingWritten: Bool {
    let locks =
      [store.lock]
      + shards.indices.compactMap { Shard($0, of: shards.count).map { StoreFiles.shard($0).lock } }
    return access.isReadOnly && locks.contains { ExclusiveLock.isHeld("\(path)/\($0)") }
  }
}
