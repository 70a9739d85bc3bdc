internal import AudioIO
internal import DatasetCache

extension AudioRoots {
  /// Size and modification time of a file, as the cache keeps them; nil where it cannot be looked at.
  func sourceStamp(of path: String) -> SourceStamp? {
    stamp(of: path).map {
      SourceStamp(byteCount: $0.byteCount, modifiedNanoseconds: $0.modifiedNanoseconds)
    }
  }
}
