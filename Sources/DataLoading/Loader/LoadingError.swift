import Wording
public import Corpus

/// Why batches cannot be had.
public struct LoadingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The cause, as far as a program can do something different about it.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// A value of the configuration cannot be used; the subject names the field.
    case configuration
    /// A saved state belongs to something else, or is none.
    case state
    /// A source cannot be used, such as one without samples.
    case source
    /// A sample could not be read; see ``LoadingError/sample``.
    case sample
    /// The loader was cancelled or closed.
    case cancelled
    /// Every batch of the ring is still held by the caller.
    case exhausted
    /// The loader belongs to the process that this one was forked from.
    case forked
    /// The system refused memory or a thread.
    case system
  }

  /// The cause.
  public let kind: Kind
  /// What is at fault: a field, a source, a batch.
  public let subject: String
  /// What is wrong with it.
  public let detail: String
  /// What to do.
  public let hint: String
  /// What the source said, where ``kind`` is ``Kind/sample``.
  public let sample: SampleError?

  /// An error of these parts.
  public init(
    kind: Kind, subject: String, detail: String, hint: String, sample: SampleError? = nil
  ) {
    self.kind = kind
    self.subject = subject
    self.detail = detail
    self.hint = hint
    self.sample = sample
  }

  /// One line that a person can act on.
  public var description: String { Words.shown("\(subject): \(detail); \(hint)") }

  /// A sample of a batch cannot be read.
  init(_ failure: RowFailure, batch: Int, epoch: Int) {
    self.init(
      kind: .sample, subject: "batch \(batch), row \(failure.row) (epoch \(epoch))",
      detail: "\(failure.error.subject): \(failure.error.detail)", hint: failure.error.hint,
      sample: failure.error)
  }

  /// The loader was closed.
  static var closed: LoadingError {
    LoadingError(
      kind: .cancelled, subject: "loader", detail: "it was closed", hint: "open another")
  }

  /// The ``ForkGate`` could not be set up.
  static var noMemoryForForks: LoadingError {
    LoadingError(
      kind: .system, subject: "memory", detail: "the system has none left to know of forks by",
      hint: "end other programs")
  }
}
