/// Where one store of a cache lies in its folder, and which lock its one writer holds.
struct StoreFiles: Sendable, Hashable {
  /// The name of the store's file.
  let file: String
  /// The name of the lock's file.
  let lock: String

  /// The store of a cache that is not divided.
  static let only = StoreFiles(file: Layout.shard, lock: Layout.lock)
  /// The store of the whole of a divided cache.
  static let merged = StoreFiles(file: Layout.merged, lock: Layout.lock)

  /// The store of a shard; of a cache of one shard, its only one.
  static func shard(_ shard: Shard) -> StoreFiles {
    if shard.count == 1 { return .only }
    return StoreFiles(
      file: shard.file,
      lock: "\(Layout.lock)-\(Shard.stem(shard.index).dropFirst(Shard.prefix.count))")
  }

  /// A store that is being made anew, in place of this one.
  var rebuilt: String { "\(file).rebuilt" }
}

extension Cache {
  /// Whether these are names of files in the folder of a cache, of one that is not finished too.
  @Sendable public static func isCache(_ names: [String]) -> Bool {
    names.contains { $0 == Layout.card || Shard.isFile($0) }
  }
}
