import Wording
import LMDBStore
public import Safetensors

/// What went wrong with a cache, in words that a person can act on.
public struct CacheError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The cause, as far as a program can do something different about it.
  public enum Kind: String, Sendable, Hashable {
    /// There is nothing at the path.
    case notFound
    /// The path is a file.
    case isAFile
    /// The folder holds something else than a cache.
    case notACache
    /// A preparation ended before the cache was made.
    case unfinished
    /// It is divided, and its shards are not merged as they are now.
    case unmerged
    /// What is pinned for all shards of it is another thing than what is asked for.
    case otherPlan
    /// A newer program has made it.
    case newerSchema
    /// Another writer has it open; `detail` names its process.
    case locked
    /// Bytes in it are not what was written.
    case damaged
    /// A value is no valid safetensors buffer.
    case invalidTensors
    /// A record is no valid JSON of its form.
    case invalidRecord
    /// A record names a view whose value is neither given nor in the cache.
    case missingValue
    /// A track id is empty or above 511 bytes.
    case badIdentifier
    /// There is no such view in it, or no such split, or no such side of the split.
    case unknownName
    /// What was asked for holds no samples.
    case noSamples
    /// Writing was asked of a cache opened for reading.
    case readOnly
    /// The volume is full.
    case noSpace
    /// Any other failure of the store; `detail` is its own line.
    case store
    /// Any other failure of the system.
    case system
  }

  /// The cause.
  public let kind: Kind
  /// What was being done, such as "open".
  public let operation: String
  /// What it was done to: a path, a database and key, a track.
  public let subject: String
  /// What was found.
  public let detail: String
  /// What to do about it; may be empty.
  public let hint: String

  /// Makes an error of parts.
  public init(
    kind: Kind, operation: String, subject: String, detail: String, hint: String = ""
  ) {
    self.kind = kind
    self.operation = operation
    self.subject = subject
    self.detail = detail
    self.hint = hint
  }

  /// One line: operation, subject, cause and remedy.
  public var description: String {
    Words.fault("cannot \(operation) \(subject): \(detail)", hint: hint)
  }

  /// What makes a cache whole again in which something is damaged.
  static let repairHint =
    "run lathe repair CACHE AUDIO_DIR, which keeps what is sound and makes the rest again"

  /// Whether what was asked for is there and cannot be used: a damaged record, value or page.
  public var isOfDamage: Bool { kind == .damaged || kind == .invalidRecord }

  init(_ error: StoreError) {
    let kind: Kind =
      switch error.kind {
      case .noSpace: .noSpace
      case .notAStore, .damaged, .truncated, .versionMismatch: .damaged
      case .fileNotFound: .notFound
      case .unbegun: .unfinished
      case .readOnly: .readOnly
      case .alreadyOpen: .locked
      case .badKey: .badIdentifier
      default: .store
      }
    self.init(
      kind: kind, operation: error.operation, subject: error.subject, detail: error.detail,
      hint: error.hint)
  }

  /// What safetensors says, as ``Kind/invalidTensors``.
  public init(_ error: TensorError) {
    self.init(
      kind: .invalidTensors, operation: error.operation, subject: error.subject,
      detail: error.detail, hint: error.hint)
  }

  init(system code: Int32, operation: String, subject: String) {
    self.init(StoreError(code: code, operation: operation, subject: subject, file: subject))
  }
}

/// Runs a body of store calls with errors turned into the cache's own.
func inStore<Output>(
  _ body: () throws(StoreError) -> Output
) throws(CacheError) -> Output {
  do throws(StoreError) { return try body() } catch { throw CacheError(error) }
}

/// Runs a body that reads or lays out safetensors with errors turned into the cache's own.
func inTensors<Output>(
  _ body: () throws(TensorError) -> Output
) throws(CacheError) -> Output {
  do throws(TensorError) { return try body() } catch { throw CacheError(error) }
}
