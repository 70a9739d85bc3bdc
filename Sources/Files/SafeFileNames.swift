import Wording

/// Names of files for what has a name of its own, such as a label or a track.
///
/// No two texts get one file, whatever the file system makes of capital letters and composed ones.
/// A name is one part of a path, at most 255 bytes long, and may be used on Linux, macOS and
/// Windows: it has no separator or other character that one of them forbids, none that is not seen,
/// no dot or hyphen at its start, and is no device such as CON.
///
/// A text that is all this already keeps its spelling. Of any other, what is not allowed becomes
/// `_`, and 16 hexadecimal digits made from the whole text are added: `AC/DC` becomes
/// `AC_DC-` and the digits. So does what differs from an earlier name in its capital letters only.
package struct SafeFileNames: Sendable {
  /// The longest name of a file that common file systems take, in bytes.
  package static let maximumBytes = 255

  private let limit: Int
  private var taken: Set<String>

  /// - Parameters:
  ///   - limit: the longest name in bytes, 64 to 255; shorter where an ending is to be added.
  ///   - taken: names that are in use already.
  package init(limit: Int = maximumBytes, taken: [String] = []) {
    self.limit = limit
    self.taken = Set(taken.map(Self.folded))
  }

  /// A name that was not given before: it depends on the text and, where two would clash, on those
  /// that came earlier.
  package mutating func name(for text: String) -> String {
    let spelled = Self.spelled(text)
    let isSafe = spelled.utf8.elementsEqual(text.utf8) && text.utf8.count <= limit
    if isSafe, take(text) { return text }
    let digits = String(TextHash.fnv1a(text), radix: 16)
    let ending = "-" + String(repeating: "0", count: 16 - digits.count) + digits
    var name = Self.cut(spelled, to: limit - ending.utf8.count) + ending
    var number = 1
    while !take(name) {
      number += 1
      let numbered = "\(ending)-\(number)"
      name = Self.cut(spelled, to: limit - numbered.utf8.count) + numbered
    }
    return name
  }

  /// As many whole characters from the start of a text as have at most `limit` bytes.
  package static func cut(_ text: String, to limit: Int) -> String {
    var text = text
    while text.utf8.count > limit { text.removeLast() }
    return text
  }

  private mutating func take(_ name: String) -> Bool {
    taken.insert(Self.folded(name)).inserted
  }

  /// Equal for names that some file system holds for one: comparing strings covers composed
  /// letters, this their capitals, `ß` and `ſ` too.
  private static func folded(_ name: String) -> String { name.lowercased().uppercased() }

  /// The text with `_` for what is not allowed.
  private static func spelled(_ text: String) -> String {
    var name = String.UnicodeScalarView(
      text.unicodeScalars.map { isAllowed($0) ? $0 : "_" })
    // Windows drops dots and spaces at the end.
    if let last = name.last, last == "." || last == " " {
      name.removeLast()
      name.append("_")
    }
    let isOdd = name.first.map { ".- ".unicodeScalars.contains($0) } ?? true
    return isOdd || isDevice(String(name)) ? "_" + String(name) : String(name)
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    HiddenScalars.isPlain(scalar) && scalar.properties.generalCategory != .unassigned
      && !#"/\:*?"<>|"#.unicodeScalars.contains(scalar)
  }

  /// Whether Windows takes a name for a device: up to its first dot it is one.
  package static func isDevice(_ name: String) -> Bool {
    let stem = name.prefix { $0 != "." }.uppercased()
    let trimmed = stem.reversed().drop { $0 == " " }.reversed()
    let word = String(trimmed)
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(word) { return true }
    return word.count == 4 && (word.hasPrefix("COM") || word.hasPrefix("LPT"))
      && word.last.map { "0123456789¹²³".contains($0) } ?? false
  }
}
