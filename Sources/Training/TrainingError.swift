import Wording

/// Why a run cannot begin, go on or be read.
public struct TrainingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The cause, as far as a program can do something different about it.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// A value of the configuration cannot be used; the subject names the field.
    case configuration
    /// A run directory is none, is damaged, or holds something else than what was asked for.
    case run
    /// Another process is writing the run.
    case locked
    /// Weights or a saved state are damaged, or belong to another network or run.
    case checkpoint
    /// Numbers that are not finite, or a loss beyond all bounds; the subject names where.
    case diverged
    /// Samples, labels or predictions cannot be used; the subject names the sample.
    case data
    /// A trainer that is another program did what it must not.
    case plugin
    /// The run was asked to stop.
    case cancelled
    /// The volume is full.
    case noSpace
    /// The system refused memory, a file or a thread.
    case system
  }

  /// The cause.
  public let kind: Kind
  /// What is at fault: a field, a file, a sample, an epoch and batch.
  public let subject: String
  /// What is wrong with it.
  public let detail: String
  /// What to do; may be empty.
  public let hint: String

  /// An error of these parts.
  public init(kind: Kind, subject: String, detail: String, hint: String = "") {
    self.kind = kind
    self.subject = subject
    self.detail = detail
    self.hint = hint
  }

  /// One line that a person can act on.
  public var description: String {
    Words.fault("\(subject): \(detail)", hint: hint)
  }
}
