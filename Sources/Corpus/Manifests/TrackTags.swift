import Wording

/// The labels of a track in a dataset where a track may have any number of them, each with a weight.
///
/// As JSON a list of labels, `["rock", "guitar"]`, where every weight is 1, and otherwise an object of weights,
/// `{"rock": 1, "guitar": 0.4}`. Labels are kept in Unicode's normal form C, as everywhere.
public struct TrackTags: Sendable, Hashable {
  /// The labels in byte order.
  public let names: [String]
  /// Their weights, in the order of ``names``; above 0 and at most 1 in a sound manifest.
  public let weights: [Float]

  /// Labels with weights.
  public init(_ weights: [String: Float] = [:]) {
    let composed = Dictionary(
      weights.map { ($0.key.composed, $0.value) }, uniquingKeysWith: { first, _ in first })
    names = composed.keys.sorted(by: ByteOrder.precedes)
    self.weights = names.map { composed[$0] ?? 0 }
  }

  /// Labels that weigh 1; one that is named twice counts once.
  public init(_ names: some Sequence<String>) {
    self.init(Dictionary(names.map { ($0, 1) }, uniquingKeysWith: { first, _ in first }))
  }

  /// Labels of a line, with ``separator`` between them; blanks around them do not count.
  public init(ofLine line: String) {
    self.init(
      line.parts(between: Self.separatorByte).map { $0.trimmed }.filter { !$0.isEmpty })
  }

  /// Whether the track has no label.
  public var isEmpty: Bool { names.isEmpty }

  /// The labels in a line for people and tables.
  public var text: String { names.joined(separator: Self.separator) }

  /// What stands between labels in a line; no label that is written to a table holds it.
  public static let separator = "|"
  package static let separatorByte = UInt8(ascii: "|")

  package var json: JSONValue {
    if weights.allSatisfy({ $0 == 1 }) { return .array(names.map(JSONValue.string)) }
    return .object(
      Dictionary(
        // As few digits as a Float needs.
        zip(names, weights).map { ($0, JSONValue.number(Double("\($1)") ?? Double($1))) },
        uniquingKeysWith: { first, _ in first }))
  }
}

extension Substring {
  /// The text without blanks at its ends.
  var trimmed: String {
    let text = drop(while: \.isWhitespace)
    guard let last = text.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(text[...last])
  }
}

extension TrackTags: Codable {
  /// Reads a list or an object.
  ///
  /// - Throws: `DecodingError` for another shape.
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let names = try? value.decode([String].self) {
      self.init(names)
    } else {
      self.init(try value.decode([String: Float].self))
    }
  }

  /// Writes a list, or an object where a weight is not 1.
  ///
  /// - Throws: `EncodingError` where the encoder refuses.
  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    if weights.allSatisfy({ $0 == 1 }) {
      try value.encode(names)
    } else {
      try value.encode(
        Dictionary(zip(names, weights), uniquingKeysWith: { first, _ in first }))
    }
  }
}
