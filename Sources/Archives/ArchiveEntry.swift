import Files
import Wording

/// A file in an archive, under a name that may be a path below any folder.
package struct ArchiveEntry: Sendable, Hashable {
  /// Its path in the archive.
  package let name: String
  /// Its size when unpacked, in bytes.
  package let byteCount: Int64
  /// Where it lies.
  let location: Location

  enum Location: Sendable, Hashable {
    /// In a zip.
    case zip(ZipRecord)
    /// In a tar, or in what a compressed tar unpacks to: the first of its bytes, which lie there
    /// as they are; nil where they are in pieces.
    case tar(offset: Int64?)
  }
}

/// What comes next in an archive.
package enum ArchiveItem: Sendable {
  /// A file.
  case file(ArchiveEntry)
  /// An entry that is not used, and why.
  case problem(ArchiveError)
}

/// What a name in an archive may be.
package enum EntryName {
  /// The name of an entry as a path below a folder; nil for the folder itself.
  ///
  /// A `./` at its start, as `tar c .` writes it, is taken off, and so is the `/` at the end of a
  /// folder's name.
  static func path(_ name: String) -> String? {
    var rest = name[...]
    while rest.hasPrefix("./") {
      rest = rest.dropFirst(2)
      while rest.hasPrefix("/") { rest = rest.dropFirst() }
    }
    while rest.hasSuffix("/"), rest != "/" { rest = rest.dropLast() }
    return rest.isEmpty || rest == "." ? nil : String(rest)
  }

  /// Why a path must not be opened or written below a folder, in words that follow "a name that";
  /// nil where it may be.
  ///
  /// It may not be absolute (on Windows neither), climb, have an empty part, a control character or
  /// a backslash, be longer than 4,096 bytes or have a part that is longer than 255 or that Windows
  /// takes for a device.
  package static func problem(_ path: String) -> String? {
    let bytes = path.utf8
    if bytes.isEmpty { return "is empty" }
    if bytes.count > 4_096 { return "has \(bytes.count) bytes, more than 4096" }
    if bytes.first == UInt8(ascii: "/") { return "is absolute" }
    if bytes.contains(UInt8(ascii: "\\")) { return "contains a backslash" }
    if bytes.dropFirst().first == UInt8(ascii: ":"), path.first?.isLetter ?? false {
      return "begins with a drive"
    }
    if path.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F) ~= $0.value }) {
      return "contains a control character"
    }
    for part in path.pathComponents {
      if part == ".." { return "climbs out of its folder with \"..\"" }
      if part == "." { return "contains the component \".\"" }
      if part.isEmpty { return "contains an empty component" }
      if part.utf8.count > SafeFileNames.maximumBytes {
        return
          "has a component of \(part.utf8.count) bytes, more than \(SafeFileNames.maximumBytes)"
      }
      if SafeFileNames.isDevice(String(part)) { return "is a device's on some systems" }
    }
    return nil
  }
}
