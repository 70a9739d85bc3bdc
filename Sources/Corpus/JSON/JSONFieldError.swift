import Wording

/// Why a JSON text, or a field of one, cannot be used.
public struct JSONFieldError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where: a path such as `views.mel.bands` or `sources[1].weight`, or what the whole text is
  /// called.
  public let subject: String
  /// What is wrong there, as the rest of a sentence that begins with the subject: `is missing`.
  public let detail: String
  /// What to do about it.
  public let hint: String

  /// An error about the field at a path.
  public init(at subject: String, _ detail: String, hint: String) {
    self.subject = subject
    self.detail = detail
    self.hint = hint
  }

  /// One line: path, fault, remedy.
  public var description: String { Words.shown("\(subject) \(detail); \(hint)") }
}
