internal import DatasetCache
internal import Glibc

extension SourceStamp {
  /// Size and modification time of a file; nil where it cannot be looked at.
  ///
  /// Nanoseconds beyond the years 1677 to 2262 wrap around: a stamp is only ever compared with
  /// another one of the same file, and two times that wrap to the same number are 584 years apart.
  static func of(file path: String) -> SourceStamp? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return SourceStamp(
      byteCount: Int64(status.st_size),
      modifiedNanoseconds: Int64(status.st_mtim.tv_sec) &* 1_000_000_000
        &+ Int64(status.st_mtim.tv_nsec))
  }
}
