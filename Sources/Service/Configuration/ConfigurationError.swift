import Wording

/// Why the service cannot be started as it was asked to.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The setting, and where it was given.
  public let subject: String
  /// What is wrong with it.
  public let detail: String
  /// What to do.
  public let hint: String

  /// An error of these parts.
  init(_ subject: String, _ detail: String, hint: String) {
    self.subject = subject
    self.detail = detail
    self.hint = hint
  }

  /// One line that a person can act on.
  public var description: String { Words.shown("\(subject): \(detail); \(hint)") }
}
