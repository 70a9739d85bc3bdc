import Corpus
import DatasetCache
import OpenCaches
import Synchronization

/// A cache under the root, open, as it was when it was last looked at. What is read of all its
/// tracks is read once.
final class ServedCache: Sendable {
  /// Its path under the root.
  let name: String
  let open: OpenCache
  /// What its files were then.
  let stamp: CacheStamp
  private let list = Once<TrackList>()
  private let found = Once<Neighbours?>()
  private let facts = Once<[View: ViewFacts]>()
  private let splits = Mutex<[String: Split]>([:])

  init(name: String, open: OpenCache, stamp: CacheStamp) {
    self.name = name
    self.open = open
    self.stamp = stamp
  }

  var cache: Cache { open.cache }

  /// All tracks with what is searched in them.
  /// - Throws: `CacheError`, `InterfaceError`.
  func tracks() throws -> TrackList { try list.get { try TrackList(open) } }

  /// What the values of each view are.
  /// - Throws: `CacheError`.
  func viewFacts() throws -> [View: ViewFacts] { try facts.get { try cache.viewFacts() } }

  /// A split; nil where there is none of that name.
  /// - Throws: `CacheError`.
  func split(named name: String) throws -> Split? {
    try splits.withLock { splits in
      if let known = splits[name] { return known }
      guard let read = try cache.split(named: name) else { return nil }
      splits[name] = read
      return read
    }
  }

  /// The tracks that sound the same; nil where that was not looked for.
  /// - Throws: `CacheError`, `InterfaceError`.
  func neighbours() throws -> Neighbours? {
    try found.get { try cache.keptNeighbours(among: try tracks().records) }
  }
}
