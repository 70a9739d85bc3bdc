import Wording

/// Why a split could not be made.
public struct SplitError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of fault; the raw value is a stable code.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Ratios that are too few or many, out of range or do not sum to 1.
    case badRatios = "bad-ratios"
    /// A number of folds below 2 or above the number of tracks.
    case badFolds = "bad-folds"
    /// Sides that cannot be had: without names, named twice, or asked for where there can be none.
    case badSides = "bad-sides"
    /// A name that cannot be stored.
    case badName = "bad-name"
    /// There is nothing to split.
    case noTracks = "no-tracks"
    /// Two tracks with one id.
    case duplicateID = "duplicate-id"
    /// An assignment to a side that the split does not have.
    case unknownSide = "unknown-side"
    /// A track that a published split puts on two sides, or that does not exist.
    case badAssignment = "bad-assignment"
    /// A stored plan that this version cannot read.
    case unknownPlan = "unknown-plan"
  }

  /// The kind of fault.
  public let kind: Kind
  /// What was being done.
  public let operation: String
  /// What was at fault: a number, a name or a track.
  public let subject: String
  /// What is wrong with it.
  public let detail: String
  /// What to do about it.
  public let hint: String

  init(
    _ kind: Kind, operation: String = "plan split", _ subject: String, _ detail: String,
    hint: String
  ) {
    self.kind = kind
    self.operation = operation
    self.subject = subject
    self.detail = detail
    self.hint = hint
  }

  /// One line that a person can act on.
  public var description: String {
    Words.shown("\(operation): \(subject) \(detail); \(hint)")
  }
}
