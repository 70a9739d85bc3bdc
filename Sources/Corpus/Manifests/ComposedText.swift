// The normal forms that the standard library compares texts by: everything else that composes a
// text would bring all of Foundation into a module that loaders in other languages link.
@_spi(_Unicode) import Swift

/// A text that is kept in Unicode's normal form C, as labels are.
///
/// "é" may be written as one character or as "e" with an accent behind it, as macOS names its
/// folders. Both are one label to a reader and to Swift, and two to everybody who compares bytes;
/// so they are made one on the way in, from a manifest, a folder, a table or an older cache. Ids
/// and paths stay as they are: a file is found by its bytes.
@propertyWrapper
public struct ComposedText: Sendable, Hashable {
  private var text: String

  /// The text; what is put in is composed.
  public var wrappedValue: String {
    get { text }
    set { text = newValue.composed }
  }

  /// A text, composed.
  public init(wrappedValue: String) { text = wrappedValue.composed }
}

extension ComposedText: Codable {
  /// Reads a text.
  ///
  /// - Throws: `DecodingError` where it is none.
  public init(from decoder: any Decoder) throws {
    self.init(wrappedValue: try decoder.singleValueContainer().decode(String.self))
  }

  /// Writes the text.
  ///
  /// - Throws: `EncodingError` where the encoder refuses.
  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    try value.encode(text)
  }
}

extension String {
  /// The text in Unicode's normal form C.
  package var composed: String {
    if utf8.allSatisfy({ $0 < 0x80 }) { return self }
    var scalars = String.UnicodeScalarView()
    for scalar in _nfc { scalars.append(scalar) }
    return String(scalars)
  }
}
