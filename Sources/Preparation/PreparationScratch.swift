internal import Corpus
internal import DatasetCache

extension Preparation {
  /// Where a cache is written before it is brought to its place.
  public enum Scratch: Sendable, Hashable {
    /// In a folder for temporary files, where the cache lies on a file system that other machines have too;
    /// elsewhere in its place.
    case automatic
    /// In a new folder in this one.
    case folder(String)
    /// In its place, wherever that is.
    case inPlace
  }

  /// The scratch folder that is to be used; nil where the store is written in its place.
  func scratchStore() throws(PreparationError) -> ScratchStore? {
    let folder: String?
    switch scratch {
    case .inPlace: return nil
    case .folder(let path): folder = path
    case .automatic:
      if ScratchStore.sharedFileSystem(of: cachePath) == nil { return nil }
      folder = nil
    }
    return try onCache { () throws(CacheError) in
      try ScratchStore(of: cachePath, shard: shard, in: folder)
    }
  }
}
