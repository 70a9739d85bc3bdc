import Wording

/// Why a slice rule was refused.
public struct SliceRuleError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was being done.
  public let operation = "make slice rule"
  /// The number at fault.
  public let subject: String
  /// What is wrong with it.
  public let detail: String
  /// What to do about it.
  public let hint: String

  init(subject: String, detail: String, hint: String) {
    self.subject = subject
    self.detail = detail
    self.hint = hint
  }

  static func check(
    _ name: String, _ value: Int, in range: ClosedRange<Int>
  ) throws(SliceRuleError) {
    if !range.contains(value) {
      throw SliceRuleError(
        subject: name, detail: "is \(value)",
        hint: "it must lie from \(range.lowerBound) to \(range.upperBound) samples")
    }
  }

  /// One line that a person can act on.
  public var description: String {
    Words.shown("\(operation): \(subject) \(detail); \(hint)")
  }
}
