/// Why a training cannot be done, or cannot go on.
public struct TrainingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The cause, as far as a program can do something different about it.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// An option cannot be used; the subject names it.
    case configuration
    /// The run directory is of another run, in use, or damaged.
    case run
    /// A checkpoint is damaged or of another network.
    case checkpoint
    /// The loss is no longer a number.
    case diverged
    /// The samples cannot be had or cannot be trained on.
    case data
    /// An external program did not keep to the contract.
    case plugin
    /// The system refused memory, a thread or a file.
    case system
  }

  /// The cause.
  public let kind: Kind
  /// What is at fault: an option, a file, a batch.
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
  public var description: String { "\(subject): \(detail); \(hint)" }
}
