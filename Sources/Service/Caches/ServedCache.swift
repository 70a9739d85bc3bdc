import Corpus
import DatasetCache
import OpenCaches
import Synchronization

/// A cache under the root, open, as it was when it was last looked at.
final class ServedCache: Sendable {
  /// Its path under the root.
  let name: String
  let open: OpenCache
  /// What its files were then.
  let stamp: CacheStamp
  private let list = Mutex<TrackList?>(nil)

  init(name: String, open: OpenCache, stamp: CacheStamp) {
    self.name = name
    self.open = open
    self.stamp = stamp
  }

  var cache: Cache { open.cache }

  /// All tracks with what is searched in them; read once.
  /// - Throws: `CacheError`, `InterfaceError`.
  func tracks() throws -> TrackList {
    if let known = list.withLock({ $0 }) { return known }
    let read = try TrackList(open)
    list.withLock { $0 = read }
    return read
  }
}
