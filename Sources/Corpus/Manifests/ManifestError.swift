import Wording

/// Why a manifest was refused: what was read, where in it the fault lies and what to do.
public struct ManifestError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of fault; the raw value is a stable code.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// More bytes, or longer texts, than any manifest needs.
    case tooLarge = "too-large"
    /// The bytes are not UTF-8 text.
    case notUTF8 = "not-utf8"
    /// The text is not JSON, or is nested too deeply.
    case notJSON = "not-json"
    /// The `schema` field names something else or a newer version.
    case wrongSchema = "wrong-schema"
    /// A required field is absent.
    case missingField = "missing-field"
    /// A field has another JSON type than it should.
    case wrongType = "wrong-type"
    /// Two tracks have the same id.
    case duplicateID = "duplicate-id"
    /// Two tracks name the same file.
    case duplicatePath = "duplicate-path"
    /// A label is declared twice.
    case duplicateLabel = "duplicate-label"
    /// A track's label is not among the declared ones.
    case undeclaredLabel = "undeclared-label"
    /// A path is not a plain path below the audio folder.
    case badPath = "bad-path"
    /// A name, id, label or group is empty, too long or not printable.
    case badName = "bad-name"
    /// A checksum is not 32 hexadecimal digits.
    case badChecksum = "bad-checksum"
    /// A kind of fault that this version does not know.
    case unknownFault = "unknown-fault"
    /// A split or a fault names a track that is not in the manifest.
    case unknownTrack = "unknown-track"
    /// A split has a track on two sides, or twice on one.
    case repeatedInSplit = "repeated-in-split"
    /// A table is not sound CSV, or lacks a column or a value that it must have.
    case badTable = "bad-table"
  }

  /// The kind of fault.
  public let kind: Kind
  /// What was being done.
  public let operation: String
  /// The JSON path of the fault, such as `tracks[3].path`; `manifest` for the whole;
  /// the line of a table.
  public let subject: String
  /// What is wrong there.
  public let detail: String
  /// What to do about it.
  public let hint: String

  init(
    _ kind: Kind, at subject: String, _ detail: String, hint: String,
    operation: String = "read manifest"
  ) {
    self.kind = kind
    self.operation = operation
    self.subject = subject
    self.detail = detail
    self.hint = hint
  }

  /// One line that a person can act on.
  public var description: String {
    Words.shown("\(operation): \(subject) \(detail); \(hint)")
  }
}
