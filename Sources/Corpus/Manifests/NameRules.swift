import Wording

/// What ids, labels and paths may look like, whoever wrote them.
///
/// An id ends up as a key of the cache, as a cell of a CSV file and as a file name of an export; a
/// path is opened below the audio folder. So neither may climb out of a folder or carry control
/// characters (which also keeps terminal escapes out of messages).
package enum NameRules {
  /// The longest key that LMDB accepts, in bytes; ids, labels and names keep to it.
  package static let maximumNameBytes = 511
  /// The longest path that Linux accepts, in bytes.
  package static let maximumPathBytes = 4_096

  /// Why `text` cannot be shown or stored, or nil when it can.
  package static func problem(inText text: String, maximumBytes: Int) -> String? {
    if text.isEmpty { return "is empty" }
    if text.utf8.count > maximumBytes {
      return "has \(text.utf8.count) bytes, more than \(maximumBytes)"
    }
    if text.unicodeScalars.contains("\0") { return "contains a NUL character" }
    let control = text.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F) ~= $0.value }
    return control ? "contains a control character" : nil
  }

  /// Why `path` is not a plain path below a folder, or nil when it is one.
  package static func problem(inRelativePath path: String, maximumBytes: Int) -> String? {
    if let problem = problem(inText: path, maximumBytes: maximumBytes) { return problem }
    if path.utf8.first == UInt8(ascii: "/") { return "is absolute" }
    for component in path.split(separator: "/", omittingEmptySubsequences: false) {
      switch component {
      case "..": return "climbs out of its folder with \"..\""
      case ".": return "contains the component \".\""
      case "": return "contains an empty component"
      default: continue
      }
    }
    return nil
  }

  /// Why `name` is not a single path component, or nil when it is one.
  package static func problem(inComponent name: String) -> String? {
    if name.utf8.contains(UInt8(ascii: "/")) { return "contains a \"/\"" }
    return problem(inRelativePath: name, maximumBytes: maximumNameBytes)
  }

  /// `text` as it may stand in a message: quoted, escaped and of bounded length.
  package static func quoted(_ text: String) -> String {
    Words.quoted(text)
  }
}

/// The parts of a relative path that give a track its label and its id.
package struct PathParts {
  /// The folders, outermost first.
  package let folders: [Substring]
  /// The file name without its extension.
  package let stem: String
  /// The extension in lower case, without its dot; empty where there is none.
  package let fileExtension: String

  package init(_ path: String) {
    var components = path.split(separator: "/", omittingEmptySubsequences: false)
    let name = components.popLast() ?? ""
    folders = components
    // A dot that opens the name marks a hidden file, not an extension.
    if let dot = name.lastIndex(of: "."), dot > name.startIndex {
      stem = String(name[..<dot])
      fileExtension = name[name.index(after: dot)...].lowercased()
    } else {
      stem = String(name)
      fileExtension = ""
    }
  }

  /// The whole path without its extension.
  package var pathWithoutExtension: String { (folders + [Substring(stem)]).joined(separator: "/") }

  /// The innermost folder and the stem: what survives when a collection is moved or converted.
  package var tail: String { (folders.suffix(1) + [Substring(stem)]).joined(separator: "/") }
}
