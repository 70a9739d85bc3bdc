import Wording

/// What a transform refuses to work with.
public struct SignalError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The parameter or input at fault.
  public let subject: String
  /// What is wrong with it.
  public let detail: String
  /// What to do about it.
  public let hint: String

  /// The word by which a list of such errors sorts them.
  public let code: String

  /// An error of these parts.
  public init(
    _ subject: String, _ detail: String, hint: String, code: String = "not-computable"
  ) {
    self.subject = subject
    self.detail = detail
    self.hint = hint
    self.code = code
  }

  /// One line: subject, fault, remedy.
  public var description: String { Words.shown("\(subject): \(detail); \(hint)") }
}
