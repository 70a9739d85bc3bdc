internal import DatasetCache

extension Preparation {
  /// The scratch folder that is to be used; nil where the store is written in its place.
  func scratchStore() throws(PreparationError) -> ScratchStore? {
    try onCache { () throws(CacheError) in
      try scratch.scratchStore(of: cachePath, shard: shard)
    }
  }
}
