import Files
import Glibc
import LMDBStore

extension Cache {
  /// Writes every store of a cache anew without the space that nothing uses: what views and tracks have left
  /// that are gone. The content stays what it is.
  ///
  /// Each new file is written beside the old one, which takes as much space as is left, and then takes its
  /// place: a kill in between leaves the old one. Readers of the old one go on with it.
  ///
  /// - Returns: the bytes of all files before and after.
  /// - Throws: `CacheError` `.notFound`, `.notACache`, `.locked`, `.damaged`, `.noSpace`, `.system`.
  public static func compact(at path: String) throws(CacheError) -> (before: Int, after: Int) {
    var stores: [StoreFiles] = [.only]
    if let plan = try ShardPlan.read(at: path), plan.shards > 1 {
      stores = plan.allShards.map(StoreFiles.shard) + [.merged]
      stores.removeAll { (Folder.size("\(path)/\($0.file)") ?? 0) == 0 }
    }
    var (before, after) = (0, 0)
    for store in stores {
      before += Folder.size("\(path)/\(store.file)") ?? 0
      try compact(path, store)
      after += Folder.size("\(path)/\(store.file)") ?? 0
    }
    return (before, after)
  }

  private static func compact(_ path: String, _ store: StoreFiles) throws(CacheError) {
    try inspectFolder(path, access: .writing, store: store)
    let lock = try ExclusiveLock(path: "\(path)/\(store.lock)", cache: path)
    defer { withExtendedLifetime(lock) {} }
    let file = "\(path)/\(store.file)"
    let new = "\(path)/\(store.rebuilt)"
    try Folder.remove(new)
    do throws(CacheError) {
      try inStore { () throws(StoreError) in try StoreCompaction.copy(from: file, to: new) }
    } catch {
      try? Folder.remove(new)
      throw error
    }
    // Readers of the old file keep its table of readers; the new one gets its own.
    try Folder.remove("\(file)-lock")
    if unsafe rename(new, file) != 0 {
      throw CacheError(system: errno, operation: "replace", subject: file)
    }
    Files.syncFolder(of: file)
  }
}
