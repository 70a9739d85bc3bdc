/// A text in quotes, as JSON has it.
///
/// It lies here, not with the writer of JSON in `Corpus`, since the headers of safetensors have
/// texts too and their module uses no other.
package enum JSONText {
  /// How control characters are written, for which JSON has several ways.
  package enum Escapes: Sendable {
    /// All by their number: `\u000a`.
    case numbered
    /// Those that have a letter by it, `\n`, and the others by their number.
    case lettered
  }

  /// Appends a text with its quotes, in UTF-8: only `"`, `\` and control characters below U+0020
  /// are escaped.
  package static func append(_ text: String, _ escapes: Escapes, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    defer { bytes.append(UInt8(ascii: "\"")) }
    if !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) {
      bytes.append(contentsOf: text.utf8)
      return
    }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20:
        bytes.append(UInt8(ascii: "\\"))
        if escapes == .lettered, let letter = letter(of: byte) {
          bytes.append(letter)
        } else {
          bytes.append(contentsOf: "u00".utf8)
          bytes.append(contentsOf: byte < 16 ? "0".utf8 : "1".utf8)
          bytes.append(contentsOf: String(byte & 15, radix: 16).utf8)
        }
      default: bytes.append(byte)
      }
    }
  }

  private static func letter(of byte: UInt8) -> UInt8? {
    switch byte {
    case 0x08: UInt8(ascii: "b")
    case 0x09: UInt8(ascii: "t")
    case 0x0A: UInt8(ascii: "n")
    case 0x0C: UInt8(ascii: "f")
    case 0x0D: UInt8(ascii: "r")
    default: nil
    }
  }
}
