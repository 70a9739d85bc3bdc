import Wording

/// What a transform refuses to work with.
public struct SignalError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The parameter or input at fault.
  public let subject: String
  /// What is wrong with it.
  public let detail: String
  /// What to do about it.
  public let hint: String

  /// An error of these parts.
  public init(_ subject: String, _ detail: String, hint: String) {
    self.subject = subject
    self.detail = detail
    self.hint = hint
  }

  /// One line: subject, fault, remedy.
  public var description: String { Words.shown("\(subject): \(detail); \(hint)") }
}
