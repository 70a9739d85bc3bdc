import DatasetCache
import Files
import OpenCaches
import Synchronization

/// The caches under the root. Each is opened once, for all requests.
final class CacheCatalogue: Sendable {
  private struct Entry {
    var cache: ServedCache
    var used: UInt64
  }

  private struct Content {
    var entries: [String: Entry] = [:]
    var uses: UInt64 = 0
  }

  let names: FolderNames
  private let shelf = OpenCache.Shelf()
  private let content = Mutex(Content())
  private let most: Int
  private let metrics: ServiceMetrics

  init(root: String, most: Int, metrics: ServiceMetrics) {
    names = FolderNames(FolderSearch(root: root, isOne: Cache.isCache))
    self.most = most
    self.metrics = metrics
  }

  var search: FolderSearch { names.search }

  /// A cache by its path under the root; `.` is the root itself.
  /// - Throws: ``Problem`` 404; `InterfaceError` where it cannot be opened.
  func cache(named name: String) throws -> ServedCache {
    let folder = try search.folder(named: name, "cache")
    let stamp = try CacheStamp(folder: folder)
    let known = content.withLock { content -> ServedCache? in
      content.uses += 1
      content.entries[name]?.used = content.uses
      return content.entries[name]?.cache
    }
    if let known, known.stamp == stamp { return known }
    let open: OpenCache
    if let known, known.stamp.hasSameStores(as: stamp) {
      open = known.open
    } else {
      // Let go first: a process may have a store open once.
      let openNow = content.withLock { content in
        content.entries[name] = nil
        return content.entries.count + 1
      }
      open = try shelf.open(folder)
      metrics.cacheOpened(openNow: openNow)
    }
    let fresh = ServedCache(name: name, open: open, stamp: stamp)
    content.withLock { content in
      content.entries[name] = Entry(cache: fresh, used: content.uses)
      if content.entries.count > most,
        let oldest = content.entries.min(by: { $0.value.used < $1.value.used })?.key
      {
        content.entries[oldest] = nil
      }
    }
    return fresh
  }
}
