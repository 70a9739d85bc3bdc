/// How much an archive may unpack to before it is taken for one that is made to fill a disk.
package struct ArchiveLimits: Sendable, Hashable {
  /// The most entries of any kind.
  package var entries = 4_000_000
  /// The most bytes of one entry.
  package var entryBytes: Int64 = 16 << 30
  /// The most bytes of all entries together.
  package var totalBytes: Int64 = 16 << 40
  /// The most bytes of all entries together for each byte of the archive. Recordings come to about
  /// 1.5, silent ones to some hundreds, and zeros to about 1,030.
  package var ratio: Int64 = 250
  /// Unpacked bytes up to which the ratio doesn't matter.
  package var bytesOfAnyRatio: Int64 = 256 << 20

  package init() {}
}

/// Counts what the entries of an archive come to, and says where it is too much.
struct ArchiveTally {
  private let limits: ArchiveLimits
  private let path: String
  private let archiveBytes: Int64
  private var entries = 0
  private var bytes: Int64 = 0

  init(_ limits: ArchiveLimits, path: String, archiveBytes: Int64) {
    self.limits = limits
    self.path = path
    self.archiveBytes = archiveBytes
  }

  /// Counts one more entry of so many unpacked bytes.
  mutating func count(_ name: String, byteCount: Int64) throws(ArchiveError) {
    entries += 1
    if entries > limits.entries {
      throw ArchiveError(.tooManyEntries(limit: limits.entries), path)
    }
    if byteCount > limits.entryBytes {
      throw ArchiveError(.tooLarge(bytes: byteCount, limit: limits.entryBytes), path, entry: name)
    }
    bytes += byteCount
    try check(position: bytes)
  }

  /// Looks at how many bytes have come out of the archive, headers and all.
  func check(position bytes: Int64) throws(ArchiveError) {
    if bytes > limits.totalBytes {
      throw ArchiveError(.tooLarge(bytes: bytes, limit: limits.totalBytes), path)
    }
    let (allowed, isOver) = archiveBytes.multipliedReportingOverflow(by: limits.ratio)
    if bytes > limits.bytesOfAnyRatio, !isOver, bytes > allowed {
      throw ArchiveError(.swells(bytes: bytes, from: archiveBytes), path)
    }
  }
}
