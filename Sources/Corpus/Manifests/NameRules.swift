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
    var last: UInt8 = 0
    for byte in text.utf8 {
      if byte == 0 { return "contains a NUL character" }
      // In UTF-8, U+0080 to U+009F are two bytes, of which the first is 0xC2.
      if byte < 0x20 || byte == 0x7F || last == 0xC2 && byte < 0xA0 {
        return "contains a control character"
      }
      last = byte
    }
    return nil
  }

  /// Why `path` is not a plain path below a folder, or nil when it is one.
  package static func problem(inRelativePath path: String, maximumBytes: Int) -> String? {
    if let problem = problem(inText: path, maximumBytes: maximumBytes) { return problem }
    if path.utf8.first == UInt8(ascii: "/") { return "is absolute" }
    for component in path.pathComponents {
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

  /// The whole path without its extension.
  package let pathWithoutExtension: String

  package init(_ path: String) {
    let whole = Self.withoutExtension(path)
    var components = whole.pathComponents
    stem = String(components.popLast() ?? "")
    folders = components
    fileExtension = String(path.utf8[whole.endIndex...].dropFirst())?.lowercased() ?? ""
    pathWithoutExtension = String(whole)
  }

  /// The part of a path that is without its extension.
  package static func withoutExtension(_ path: String) -> Substring {
    let bytes = path.utf8
    let name = bytes.lastIndex(of: UInt8(ascii: "/")).map(bytes.index(after:)) ?? path.startIndex
    // A dot that opens the name marks a hidden file, not an extension.
    guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot > name else { return path[...] }
    return path[..<dot]
  }

  /// The innermost folder and the stem: what survives when a collection is moved or converted.
  package var tail: String { (folders.suffix(1) + [Substring(stem)]).joined(separator: "/") }
}
