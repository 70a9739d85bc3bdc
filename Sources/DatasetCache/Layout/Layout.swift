/// The names of what a cache holds.
///
///     CACHE/card.json            what it is, for people and tools
///     CACHE/shard-00000.lmdb     the values; its locks lie beside it
///     CACHE/.lock                held by the one writer, with its process id
///
/// A divided cache has besides:
///
///     CACHE/plan.json            how many shards there are and what they are prepared from: see ShardPlan
///     CACHE/listing.jsonl        what of the audio each shard is prepared from: see ShardListing
///     CACHE/shard-00003.lmdb     a store a shard, with the databases of its tracks and files
///     CACHE/shard-00003.done.json  what a shard has come to, written last: see ShardRecord
///     CACHE/.lock-00003          held by the one writer of a shard
///     CACHE/merged.lmdb          the databases of the whole, after the merge
///
/// Databases of a store, keys in UTF-8:
///
///     meta                  schema, recipe, manifest, manifest/whole, choices, fingerprint/<view>,
///                           columns/<view>
///     tracks                track id -> TrackRecord, canonical JSON
///     slices/<view>         track id -> count, length, hop, frames, little-endian Int64
///     <view>/<fingerprint>  track id -> safetensors value, all slices of the track
///     blocks/<view>/<fingerprint>  track id -> checksums of its value's blocks: see BlockChecksums (not part
///                           of the digest)
///     views                 <view>/<fingerprint> -> ViewFacts, canonical JSON (not part of the digest: the
///                           recipe gives it)
///     splits                name -> canonical JSON
///     neighbours            "pairs" -> canonical JSON: what sounds the same, and of which state that is
///     quarantine            path -> QuarantineRecord, canonical JSON
///     dropped               path -> DroppedRecord, canonical JSON
///     sources               path -> SourceStamp, canonical JSON (not part of the digest)
///     index                 what loaders need of all tracks at once: see SampleIndex (not part of the
///                           digest; gone whenever what it was made from changes)
///     defaults              what is meant where nothing is named: "split" -> its name (not part of the digest)
///     statistics            means and deviations of sides: see KeptStatistics (not part of the digest)
///     shards                number -> mark of the shard when it was merged: see ShardMark (only in merged.lmdb,
///                           not part of the digest)
///     unfinished            "card.json" -> a byte, 1 while a change has begun that splits and card
///                           do not cover yet, then 0 (not part of the digest)
///     checksums             key -> checksums of the records that have it: see KeyChecksums (not part of the
///                           digest)
///     totals                database -> count and sum of its records' checksums: see RecordTotal (not part
///                           of the digest)
///
/// Schema 1 is the same without checksums and totals.
enum Layout {
  static let schemaPrefix = "lathe.cache/"
  static let schemaVersion = 2
  /// The value of `schema` in `meta`.
  static var schema: [UInt8] { Array("\(schemaPrefix)\(schemaVersion)".utf8) }
  /// The same of caches before there were checksums of records.
  static let firstSchema = Array("\(schemaPrefix)1".utf8)
  /// The one store of a cache that is not divided.
  static let shard = Shard.file(0)
  /// The store of the whole of a divided cache.
  static let merged = "merged.lmdb"
  static let plan = "plan.json"
  static let listing = "listing.jsonl"
  static let card = "card.json"
  static let lock = ".lock"

  static let meta = "meta"
  static let tracks = "tracks"
  static let views = "views"
  static let splits = "splits"
  static let neighbours = "neighbours"
  static let quarantine = "quarantine"
  static let dropped = "dropped"
  static let sources = "sources"
  static let index = "index"
  static let statistics = "statistics"
  static let defaults = "defaults"
  static let shards = "shards"
  /// The key of the split that is meant where none is named.
  static let defaultSplit = "split"
  static let unfinished = "unfinished"
  static let checksums = "checksums"
  static let totals = "totals"

  /// What is of this machine, or can be made again from the rest, and so no part of the digest.
  static func isDerived(_ name: String) -> Bool {
    [sources, index, statistics, views, defaults, shards, unfinished, checksums, totals]
      .contains(name)
      || name.hasPrefix(blocksPrefix)
  }

  private static let blocksPrefix = "blocks/"

  /// Whether a file may lie in the folder of a cache that was never finished.
  static func isOwnFile(_ name: String) -> Bool {
    [card, "\(card).temporary", plan].contains(name) || name.hasPrefix("\(plan).temporary")
      || name.hasPrefix(listing) || name.hasPrefix(lock) || name.hasPrefix(Shard.prefix)
      || name.hasPrefix(merged)
  }

  /// Whether a database holds safetensors values, whose numbers have a checksum in their header.
  static func holdsValues(_ name: String) -> Bool { name == index || valueDatabase(name) != nil }

  /// Whether the records of a database are under checksums: all but those of the checksums themselves.
  static func isChecked(_ name: String) -> Bool { name != checksums && name != totals }

  /// Whether the splits or the card depend on what a database holds.
  static func isReflectedInCard(_ name: String) -> Bool {
    [meta, splits, defaults, quarantine, dropped].contains(name) || isOfTracks(name)
  }

  /// Whether the records of a database lie in the shards of a divided cache.
  static func isOfShards(_ name: String) -> Bool {
    [quarantine, dropped, sources].contains(name) || isKeyedByTrack(name)
  }

  /// Whether the keys of a database are ids of tracks.
  static func isKeyedByTrack(_ name: String) -> Bool { isOfTracks(name) || isOfBlocks(name) }

  /// Whether the keys of a database are ids of tracks whose values cannot be used without it.
  static func isOfTracks(_ name: String) -> Bool {
    name == tracks || valueDatabase(name) != nil || view(ofSlices: name) != nil
  }

  static func slices(_ view: View) -> String { slicesPrefix + view.rawValue }

  /// The view whose slices a database holds; nil for another database.
  static func view(ofSlices name: String) -> View? {
    name.hasPrefix(slicesPrefix) ? View(rawValue: String(name.dropFirst(slicesPrefix.count))) : nil
  }

  private static let slicesPrefix = "slices/"

  static func values(_ view: View, _ fingerprint: Fingerprint) -> String {
    "\(view.rawValue)/\(fingerprint.hex)"
  }

  /// The database of the checksums of blocks of the values in a database.
  static func blocks(of values: String) -> String { blocksPrefix + values }

  /// Whether a database holds checksums of blocks.
  static func isOfBlocks(_ name: String) -> Bool { name.hasPrefix(blocksPrefix) }

  /// The view and fingerprint of a database of values; nil for another database.
  static func valueDatabase(_ name: String) -> (view: View, fingerprint: Fingerprint)? {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let view = View(rawValue: String(parts[0])),
      let fingerprint = Fingerprint(hex: String(parts[1]))
    else { return nil }
    return (view, fingerprint)
  }

  /// The key of a path: itself, or where it is too long for a key, its front and its SHA-256.
  static func key(path: String) throws(CacheError) -> String {
    if (1...440).contains(path.utf8.count) { return path }
    let front = String(decoding: path.utf8.prefix(300), as: UTF8.self)
    return "\(front)#\(try Fingerprint(hashing: Array(path.utf8)).hex)"
  }

  static func checkIdentifier(_ id: String) throws(CacheError) {
    if (1...511).contains(id.utf8.count) { return }
    throw CacheError(
      kind: .badIdentifier, operation: "store", subject: "track '\(id.prefix(40))'",
      detail: "its id has \(id.utf8.count) bytes; 1 to 511 are possible",
      hint: "give the file a shorter name")
  }
}
