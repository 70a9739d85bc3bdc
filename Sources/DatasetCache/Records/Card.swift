public import Corpus
import Files
import FoundationEssentials

/// What a cache is, for people and tools: the content of `card.json`.
public struct Card: Sendable, Hashable, Codable {
  /// The form of cards that this program writes.
  public static let schema = "lathe.card/1"

  /// The form of this card.
  public var schema: String
  /// The dataset's name.
  public var name: String
  /// The manifest that it was made from.
  public var manifest: ManifestReference
  /// The recipe's JSON as text, canonical.
  public var recipe: String
  /// The fingerprint of each view.
  public var fingerprints: [View: Fingerprint]
  /// The feature profile, such as "librosa-0.8".
  public var profile: String
  /// How many tracks.
  public var tracks: Int
  /// Tracks of each label.
  public var labels: [String: Int]
  /// Slices of each view.
  public var slices: [View: Int]
  /// Tracks of each side of each split.
  public var splits: [String: [String: Int]]
  /// The split that is meant where none is named; nil where there is none, and in cards of earlier
  /// versions.
  public var defaultSplit: String?
  /// What leaks between the sides of each split; nil in cards of earlier versions.
  public var audits: [String: SplitAudit.Summary]?
  /// The policy for every kind of fault and the tracks that it concerns; nil in cards of earlier
  /// versions.
  public var faults: [FaultSubject: FaultEffect]?
  /// The tracks that these policies drop, each with its reason; nil in cards of earlier versions.
  public var dropped: [DroppedRecord]?
  /// Bytes of the shard in use.
  public var bytes: Int
  /// The files that could not be used.
  public var quarantine: [QuarantineRecord]
  /// The audio's licence, where known.
  public var licence: String?
  /// What to cite.
  public var citations: [String]
  /// Versions of the program and its libraries.
  public var versions: [String: String]

  /// Makes a card of parts.
  public init(
    name: String, manifest: ManifestReference, recipe: String,
    fingerprints: [View: Fingerprint], profile: String, tracks: Int, labels: [String: Int],
    slices: [View: Int], splits: [String: [String: Int]], defaultSplit: String? = nil,
    audits: [String: SplitAudit.Summary]? = nil,
    faults: [FaultSubject: FaultEffect]? = nil, dropped: [DroppedRecord]? = nil, bytes: Int,
    quarantine: [QuarantineRecord], licence: String?, citations: [String],
    versions: [String: String]
  ) {
    self.schema = Self.schema
    self.name = name
    self.manifest = manifest
    self.recipe = recipe
    self.fingerprints = fingerprints
    self.profile = profile
    self.tracks = tracks
    self.labels = labels
    self.slices = slices
    self.splits = splits
    self.defaultSplit = defaultSplit
    self.audits = audits
    self.faults = faults
    self.dropped = dropped
    self.bytes = bytes
    self.quarantine = quarantine
    self.licence = licence
    self.citations = citations
    self.versions = versions
  }
}

extension Cache {
  /// Writes the card; a reader meanwhile, or after a crash, finds the old one or this.
  ///
  /// - Parameter endsChange: whether splits and card now cover everything there is: see
  ///   ``hasUnfinishedChange()``.
  public func writeCard(_ card: Card, endsChange: Bool = true) throws(CacheError) {
    let file = "\(path)/\(Layout.card)"
    if access == .reading {
      throw CacheError(
        kind: .readOnly, operation: "write", subject: file,
        detail: "the cache was opened for reading only")
    }
    let json: [UInt8]
    do {
      json = try OrderedJSON.encode(card, isPretty: true) + [UInt8(ascii: "\n")]
    } catch {
      throw CacheError(
        kind: .invalidRecord, operation: "encode", subject: file, detail: "\(error)")
    }
    try Folder.replace(file, with: json)
    if endsChange { try self.endChange() }
  }

  /// The card, or nil where none was written yet.
  ///
  /// - Throws: `CacheError` `.invalidRecord` where it is not one.
  public func card() throws(CacheError) -> Card? {
    let file = "\(path)/\(Layout.card)"
    guard try Folder.kind(file) == .file, let json = try Folder.read(file) else { return nil }
    do throws(CacheError) {
      return try RecordJSON.decode(Card.self, from: json, subject: file)
    } catch {
      guard error.kind == .invalidRecord else { throw error }
      throw CacheError(
        kind: .invalidRecord, operation: "read", subject: file,
        detail: "it is no card of this form",
        hint: "run lathe prepare again, which writes it anew")
    }
  }
}
