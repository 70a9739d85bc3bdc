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
  }

  /// The kind of fault.
  public let kind: Kind
  /// What was being done.
  public let operation: String
  /// The place of the fault as a JSON path, such as `tracks[3].path`; `manifest` for the whole.
  public let subject: String
  /// What is wrong there.
  public let detail: String
  /// What to do about it.
  public let hint: String

  init(_ kind: Kind, at subject: String, _ detail: String, hint: String) {
    self.kind = kind
    self.operation = "read manifest"
    self.subject = subject
    self.detail = detail
    self.hint = hint
  }

  /// One line that a person can act on.
  public var description: String { "\(operation): \(subject) \(detail); \(hint)" }
}
