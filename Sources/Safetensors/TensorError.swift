import Wording

/// What is wrong with a safetensors value, or with the tensors that one was to be made of, in words
/// that a person can act on.
public struct TensorError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was being done: "read" or "encode".
  public let operation: String
  /// What it was done to: the header, or a tensor by its name.
  public let subject: String
  /// What was found.
  public let detail: String
  /// What to do about it; may be empty.
  public let hint: String

  /// Makes an error of parts.
  public init(operation: String, subject: String, detail: String, hint: String = "") {
    self.operation = operation
    self.subject = subject
    self.detail = detail
    self.hint = hint
  }

  /// One line: operation, subject, cause and remedy.
  public var description: String {
    Words.fault("cannot \(operation) \(subject): \(detail)", hint: hint)
  }
}
