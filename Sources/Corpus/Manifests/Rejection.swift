/// A file that could not become a track of a manifest, with the reason.
public struct Rejection: Sendable, Hashable, CustomStringConvertible {
  /// Why a file was left out.
  public enum Reason: Sendable, Hashable {
    /// The file lies in the audio folder itself, so no folder names its label.
    case noLabel
    /// The file does not lie in folders as the pattern wants it.
    case otherFolders(FolderPattern)
    /// Another file has the same id; it was kept because its path comes first.
    case duplicateID(id: String, kept: String)
    /// The path cannot be used; the text says why.
    case badPath(String)
  }

  /// The path of the file, relative to the audio folder.
  public let path: String
  /// Why it was left out.
  public let reason: Reason

  /// A rejection of the file at `path`.
  public init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }

  /// A stable word for the reason, for records and tools.
  public var code: String {
    switch reason {
    case .noLabel, .otherFolders: "no-label"
    case .duplicateID: "duplicate-id"
    case .badPath: "bad-path"
    }
  }

  /// What is wrong.
  public var detail: String {
    switch reason {
    case .noLabel: "lies in no folder, so it has no label"
    case .otherFolders(let pattern): "does not lie in folders as in \(pattern.text)"
    case .duplicateID(let id, let kept):
      "has the id \(NameRules.quoted(id)) of \(NameRules.quoted(kept)), which was kept"
    case .badPath(let problem): "has a path that \(problem)"
    }
  }

  /// What to do about it.
  public var hint: String {
    switch reason {
    case .noLabel: "move it into a folder that is named after its label"
    case .otherFolders: "move it, or give a pattern that it fits, such as genre/** for any depth"
    case .duplicateID: "rename or remove one of the two"
    case .badPath: "rename the file or its folder"
    }
  }

  /// One line that a person can act on.
  public var description: String { "\(NameRules.quoted(path)) \(detail); \(hint)" }
}
