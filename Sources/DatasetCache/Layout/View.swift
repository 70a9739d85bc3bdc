/// The name of a prepared form of the tracks, such as `mel`; what it is, its recipe says.
///
/// Names are part of the names of databases, of files and of command lines: 1 to 48 of a-z, 0-9, `-`, `_`
/// and `.`, of which the first is a letter or a digit.
public struct View: RawRepresentable, Sendable, Hashable, Comparable, Codable,
  CodingKeyRepresentable
{
  /// The name.
  public let rawValue: String

  /// The view of a name; nil where no view can have it.
  public init?(rawValue: String) {
    guard Self.isPossible(rawValue) else { return nil }
    self.rawValue = rawValue
  }

  /// The view whose name is like `text`: capitals made small, and what no name can have made a hyphen.
  public init(like text: String) {
    let plain = text.lowercased().utf8.prefix(48).map { byte in
      Self.isWord(byte) || "-_.".utf8.contains(byte) ? byte : UInt8(ascii: "-")
    }
    let name = String(decoding: plain, as: UTF8.self)
    rawValue = Self.isPossible(name) ? name : "view\(name.prefix(40))"
  }

  /// What a name may be, for messages.
  public static let rule =
    "1 to 48 of a-z, 0-9, '-', '_' and '.', the first a letter or a digit"

  /// Words that begin the names of other databases of a cache.
  static let reserved: Set = ["slices", "blocks"]

  private static func isWord(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isPossible(_ name: String) -> Bool {
    guard (1...48).contains(name.utf8.count), let first = name.utf8.first, isWord(first),
      !reserved.contains(name)
    else { return false }
    return name.utf8.allSatisfy { isWord($0) || "-_.".utf8.contains($0) }
  }

  /// In the order of the names' bytes.
  public static func < (first: View, second: View) -> Bool {
    first.rawValue.utf8.lexicographicallyPrecedes(second.rawValue.utf8)
  }

  /// Reads a name.
  ///
  /// - Throws: `DecodingError` where no view can have it.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let view = View(rawValue: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "a view's name is \(Self.rule)")
    }
    self = view
  }

  /// Writes the name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }

  /// The name as the key of an object.
  public var codingKey: any CodingKey { Key(stringValue: rawValue) }

  /// The view of an object's key.
  public init?(codingKey: some CodingKey) { self.init(rawValue: codingKey.stringValue) }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
