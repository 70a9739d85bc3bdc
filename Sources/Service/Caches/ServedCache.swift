import Corpus
import DatasetCache
import NIOCore
import OpenCaches
import Preparation
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
  private let audits = Mutex<[String: SplitAudit]>([:])
  private let maps = Mutex<[String: PlacedTracks]>([:])
  private let mistakes = Mutex<LikelyMistakes?>(nil)

  init(name: String, open: OpenCache, stamp: CacheStamp) {
    self.name = name
    self.open = open
    self.stamp = stamp
  }

  var cache: Cache { open.cache }

  /// All tracks with what is searched in them.
  /// - Throws: `CacheError`, `InterfaceError`.
  func tracks() throws -> TrackList {
    try list.get { try TrackList(open, threads: System.coreCount) }
  }

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

  /// What leaks between the sides of a split; nil if there is none of that name. A call
  /// during the computation waits for its result.
  /// - Throws: `CacheError`, `InterfaceError`, `PreparationError`.
  func audit(split name: String) throws -> SplitAudit? {
    try audits.withLock { audits in
      if let known = audits[name] { return known }
      guard let split = try split(named: name) else { return nil }
      let found = try cache.audit(split, records: try tracks().records)
      audits[name] = found
      return found
    }
  }

  /// The tracks that sound the same; nil where that was not looked for.
  /// - Throws: `CacheError`, `InterfaceError`.
  func neighbours() throws -> Neighbours? {
    try found.get { try cache.keptNeighbours(among: try tracks().records) }
  }

  /// A map by its name, made where there is none, or one of another identity.
  func map(
    _ name: String, identity: String, make: () throws -> PlacedTracks
  ) rethrows -> PlacedTracks {
    try maps.withLock { maps in
      if let known = maps[name], known.identity == identity { return known }
      let made = try make()
      maps[name] = made
      return made
    }
  }

  /// The likely mistakes among its labels, found anew where the runs are not those of a stamp.
  func likelyMistakes(
    stamp: String, find: () throws -> LikelyMistakes
  ) rethrows -> LikelyMistakes {
    try mistakes.withLock { mistakes in
      if let mistakes, mistakes.stamp == stamp { return mistakes }
      let found = try find()
      mistakes = found
      return found
    }
  }
}
