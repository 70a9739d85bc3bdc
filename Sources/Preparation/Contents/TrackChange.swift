public import DatasetCache

/// What becomes of a track that is not as it was, and why.
public struct TrackChange: Sendable, Hashable, Codable {
  /// What happened to it; several may be true of one track.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// The cache does not have it.
    case added
    /// The collection does not have it any more.
    case removed
    /// Its file holds something else than it did.
    case changed
    /// Its file is one that the cache knows under another path, which is gone or holds something else now.
    case renamed
    /// Its file holds what that of another track does, which stays.
    case copied
    /// The time of its file is another, its content the same.
    case touched
    /// Its content was compared, and is the same.
    case compared
    /// Its label is another.
    case relabelled
    /// What else a manifest knows of it is another.
    case described
    /// Views of it are computed because the recipe or the program is another.
    case recomputed
    /// It was in quarantine, and is tried again.
    case triedAgain = "tried-again"
    /// It was left out, and is looked at again.
    case takenAgain = "taken-again"
    /// It is left out.
    case dropped
    /// It goes to quarantine for what is known of it.
    case quarantined
    /// Its record cannot be read.
    case damaged
  }

  /// The track.
  public var id: String
  /// Its file relative to the audio folder.
  public var path: String
  /// What happened to it.
  public var kinds: [Kind]
  /// The file that its values come from, where it was renamed or copied.
  public var from: String?
  /// The views that are computed.
  public var views: [View]
  /// Why, in a sentence.
  public var reason: String

  /// A change of these parts.
  public init(
    id: String, path: String, kinds: [Kind], from: String? = nil, views: [View] = [],
    reason: String
  ) {
    self.id = id
    self.path = path
    self.kinds = kinds
    self.from = from
    self.views = views
    self.reason = reason
  }
}

extension TrackChange: CustomStringConvertible {
  /// One line: `renamed, relabelled: jazz/b.wav (from rock/a.wav): values are kept; label rock → jazz`.
  public var description: String {
    let subject = from.map { "\(path) (from \($0))" } ?? path
    return "\(kinds.map(\.rawValue).joined(separator: ", ")): \(subject): \(reason)"
  }
}
