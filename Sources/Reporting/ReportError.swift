import Wording

/// Why a figure or a report could not be made.
public struct ReportError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The cause, as far as a program can do something different about it.
  public enum Kind: String, Sendable, Hashable {
    /// There is nothing to show.
    case empty
    /// What is to be drawn has sizes that contradict each other or are out of range.
    case sizes
    /// The drawing library failed.
    case drawing
    /// A result holds what its file's form has no word for.
    case results
    /// A file is there that must not be replaced.
    case exists
    /// The volume is full.
    case noSpace
    /// A file cannot be written for any other reason.
    case unwritable
  }

  /// The cause.
  public let kind: Kind
  /// What is at fault: a figure, a file.
  public let subject: String
  /// What is wrong with it.
  public let detail: String
  /// What to do.
  public let hint: String

  /// An error of these parts.
  public init(kind: Kind, subject: String, detail: String, hint: String) {
    self.kind = kind
    self.subject = subject
    self.detail = detail
    self.hint = hint
  }

  /// One line that a person can act on.
  public var description: String { Words.shown("\(subject): \(detail); \(hint)") }
}
