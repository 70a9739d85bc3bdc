import Wording

/// Something in a cache that is not as it must be.
public struct CacheProblem: Sendable, Hashable, Codable, CustomStringConvertible {
  /// What kind of thing.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// Bytes that are not what was written, or no valid record or value.
    case damaged
    /// A record, value or index that must be there is not.
    case missing
    /// A value that no track's record names.
    case orphaned
    /// A value as it was written, with numbers that are not finite: nothing can be learnt from it.
    case notFinite = "not-finite"
  }

  /// What kind of thing.
  public let kind: Kind
  /// The database.
  public let database: String
  /// The key; empty where the database as a whole is meant.
  public let key: String
  /// What was found.
  public let detail: String

  /// Whether it is of the recipe or of which manifest there was: what a preparation cannot do
  /// without.
  public var isOfRecipe: Bool { database == Layout.meta && ["recipe", "manifest"].contains(key) }

  /// Whether it is of what else was chosen for a cache: its manifest, the tracks that are left out.
  public var isOfChoices: Bool {
    database == Layout.meta && [Cache.choicesKey, Cache.wholeManifestKey].contains(key)
  }

  /// Whether it is of a split.
  public var isOfSplit: Bool { database == Layout.splits && !key.isEmpty }

  /// Makes a problem of parts.
  public init(kind: Kind, database: String, key: String, detail: String) {
    self.kind = kind
    self.database = database
    self.key = key
    self.detail = detail
  }

  /// Something in a track as a whole.
  public static func ofTrack(_ id: String, _ detail: String) -> CacheProblem {
    CacheProblem(Layout.tracks, id, detail)
  }

  /// Something in the card; an empty field where it cannot be read.
  public static func ofCard(_ field: String, _ detail: String) -> CacheProblem {
    CacheProblem(Layout.card, field, detail)
  }

  init(_ database: String, _ key: String, _ detail: String, _ kind: Kind = .damaged) {
    self.init(kind: kind, database: database, key: key, detail: detail)
  }

  /// One line.
  public var description: String {
    Words.shown("\(kind.rawValue): '\(key)' in '\(database)': \(detail)")
  }
}
