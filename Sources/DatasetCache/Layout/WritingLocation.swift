/// Where a cache is written before it is brought to its own folder.
public enum WritingLocation: Sendable, Hashable {
  /// In a folder for temporary files, where the cache lies on a file system that other machines have too;
  /// elsewhere in its own folder.
  case automatic
  /// In a new folder in this one.
  case folder(String)
  /// In its own folder, wherever that is.
  case inPlace

  /// The scratch folder for a store; nil where it is written in the cache's own folder.
  ///
  /// - Throws: `CacheError` as ``ScratchStore/init(of:shard:in:)``.
  public func scratchStore(of home: String, shard: Shard?) throws(CacheError) -> ScratchStore? {
    try scratchStore(of: home, shard.map(StoreFiles.shard) ?? .only, shard: shard)
  }

  func scratchStore(
    of home: String, _ store: StoreFiles, shard: Shard? = nil
  ) throws(CacheError) -> ScratchStore? {
    switch self {
    case .inPlace: nil
    case .folder(let folder): try ScratchStore(of: home, store, shard: shard, in: folder)
    case .automatic:
      ScratchStore.sharedFileSystem(of: home) == nil
        ? nil : try ScratchStore(of: home, store, shard: shard, in: nil)
    }
  }
}
