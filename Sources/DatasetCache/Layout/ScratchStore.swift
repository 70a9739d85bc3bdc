import Files
import FoundationEssentials
import Glibc

/// A store of a cache that is written on a disk of this machine, and brought back when it is whole: for a cache on
/// a file system that other machines have too, whose memory maps and locks cannot be relied on.
///
/// Nobody else writes the store meanwhile: its lock is held. Readers find the old file or the new one.
public final class ScratchStore: Sendable {
  /// The folder in which it is written, a cache by itself.
  public let path: String
  private let home: String
  private let store: StoreFiles
  private let shard: Shard?
  private let lock: ExclusiveLock
  /// Held for as long as the scratch folder is in use.
  private let use: ExclusiveLock

  private static let prefix = "lathe-scratch-"
  private static let useLock = "\(Layout.lock)-in-use"

  /// The type of the file system of a cache, where others may have it too; nil for a disk of this machine.
  public static func sharedFileSystem(of path: String) -> String? {
    (try? Files.fileSystem(of: path)).flatMap { $0.isShared ? $0.type : nil }
  }

  /// Copies what there is of a store to the scratch folder.
  ///
  /// - Parameters:
  ///   - home: the folder of the cache; made where there is none.
  ///   - shard: the shard; nil for the store of a cache that is not divided.
  ///   - folder: where the scratch folder is made; `TMPDIR`, or `/tmp`, if nil.
  /// - Throws: `CacheError` `.locked`, `.noSpace`, `.system`.
  public convenience init(
    of home: String, shard: Shard?, in folder: String? = nil
  ) throws(CacheError) {
    try self.init(of: home, shard.map(StoreFiles.shard) ?? .only, shard: shard, in: folder)
  }

  /// Copies a store.
  init(
    of home: String, _ store: StoreFiles, shard: Shard?, in folder: String?
  ) throws(CacheError) {
    try Cache.inspectFolder(home, access: .creating, store: store)
    lock = try ExclusiveLock(path: "\(home)/\(store.lock)", cache: home)
    let parent = folder ?? FileManager.default.temporaryDirectory.path(percentEncoded: false)
    Self.removeLeftOvers(in: parent)
    path = "\(parent)/\(Self.prefix)\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    self.home = home
    self.store = store
    self.shard = shard
    try Folder.make(path)
    use = try ExclusiveLock(path: "\(path)/\(Self.useLock)", cache: path)
    for name in [store.file] + files {
      try Folder.copy("\(home)/\(name)", to: "\(path)/\(name)")
    }
  }

  /// The files beside the store, in the order in which they are brought back.
  private var files: [String] {
    [Layout.plan, Layout.card] + (shard.map { ["\(Shard.stem($0.index)).done.json"] } ?? [])
  }

  /// Brings the store back to its own folder, and then the files that tell of it.
  ///
  /// - Throws: `CacheError` `.noSpace`, `.system`; the cache is as it was then.
  public func bringBack() throws(CacheError) {
    try Folder.copy("\(path)/\(store.file)", to: "\(home)/\(store.file)")
    // What the readers of the old file have noted of themselves means nothing for the new one.
    try Folder.remove("\(home)/\(store.file)-lock")
    for name in files where name != Layout.plan {
      if try Folder.kind("\(path)/\(name)") == .missing {
        try Folder.remove("\(home)/\(name)")
      } else {
        try Folder.copy("\(path)/\(name)", to: "\(home)/\(name)")
      }
    }
  }

  /// Removes the scratch folders of runs that were killed: those that nobody has in use.
  private static func removeLeftOvers(in parent: String) {
    for name in (try? Folder.names(parent)) ?? [] where name.hasPrefix(prefix) {
      let folder = "\(parent)/\(name)"
      // One that is just being made has no lock yet.
      guard Files.size("\(folder)/\(useLock)") != nil,
        !ExclusiveLock.isHeld("\(folder)/\(useLock)")
      else { continue }
      try? FileManager.default.removeItem(atPath: folder)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
