/// Why an augmentation or a normalisation cannot be used.
public struct AugmentationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The part at fault, as a path in JSON: `noise.decibels`.
  public let subject: String
  /// What is wrong with it.
  public let detail: String
  /// What to do about it.
  public let hint: String

  init(_ subject: String, _ detail: String, hint: String) {
    self.subject = subject
    self.detail = detail
    self.hint = hint
  }

  /// One line that a person can act on.
  public var description: String { "\(subject) \(detail); \(hint)" }
}
