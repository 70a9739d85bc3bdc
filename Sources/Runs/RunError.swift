import Wording

/// Why a run cannot be assembled, gone on with or asked for predictions.
public struct RunError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The cause, as far as a program can do something different about it.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// What was asked for cannot be had: a split, a side, a policy, a trainer on a view. Another
    /// choice can.
    case choice
    /// A run's records do not fit what is asked of it, or the samples that are there now.
    case run
    /// A table cannot be read or used.
    case data
    /// The run would start a program that nobody has allowed to be started.
    case program
  }

  /// The cause.
  public let kind: Kind
  /// What is at fault: a file, a split, a side, a trainer.
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
