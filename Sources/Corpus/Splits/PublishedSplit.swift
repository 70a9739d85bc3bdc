/// A split that came with a dataset: which track its publisher put on which side.
///
/// Published folds are one too, with the sides `fold-1` to `fold-k`. A track that no side names was
/// left out by the publisher.
public struct PublishedSplit: Sendable, Hashable {
  /// Who published it: a work, a file of the dataset.
  public let source: String?
  /// Whether it is the split of the dataset itself, by which published figures compare.
  public let isOfficial: Bool
  /// The ids of each side's tracks; a ``Manifest`` keeps them in byte order.
  public let sides: [String: [String]]
  /// Fields of the JSON object that this version does not know, kept as they are.
  public let otherFields: [String: JSONValue]

  /// A split as given; a ``Manifest`` checks its splits when it is made.
  public init(
    source: String? = nil, isOfficial: Bool = false, sides: [String: [String]],
    otherFields: [String: JSONValue] = [:]
  ) {
    self.source = source
    self.isOfficial = isOfficial
    self.sides = sides
    self.otherFields = otherFields
  }

  /// The names of the sides in the order in which a person expects them: `train`, `validation`,
  /// `test`, then the others with their numbers in order (`fold-2` before `fold-10`).
  public var sideNames: [String] {
    let usual = ["train", "validation", "test"]
    func key(_ name: String) -> (Int, String, Int) {
      if let index = usual.firstIndex(of: name) { return (index, "", 0) }
      let digits = name.utf8.reversed().prefix { (0x30...0x39) ~= $0 }.count
      guard let number = Int(name.utf8.suffix(digits).map { String($0 - 0x30) }.joined()) else {
        return (usual.count, name, -1)
      }
      return (usual.count, String(name.unicodeScalars.dropLast(digits)), number)
    }
    return sides.keys.map { (name: $0, key: key($0)) }.sorted { first, second in
      if first.key.0 != second.key.0 { return first.key.0 < second.key.0 }
      if first.key.1 != second.key.1 { return ByteOrder.precedes(first.key.1, second.key.1) }
      if first.key.2 != second.key.2 { return first.key.2 < second.key.2 }
      return ByteOrder.precedes(first.name, second.name)
    }.map(\.name)
  }

  /// The side of each track that has one.
  public var assignment: [String: String] {
    var result: [String: String] = [:]
    for (side, ids) in sides {
      for id in ids { result[id] = side }
    }
    return result
  }

  /// The split without the tracks that `isKept` refuses; its sides stay, empty ones too.
  func filtered(_ isKept: (String) -> Bool) -> PublishedSplit {
    PublishedSplit(
      source: source, isOfficial: isOfficial, sides: sides.mapValues { $0.filter(isKept) },
      otherFields: otherFields)
  }

  /// The split with the ids of each side in byte order.
  var ordered: PublishedSplit {
    PublishedSplit(
      source: source, isOfficial: isOfficial,
      sides: sides.mapValues { $0.sorted(by: ByteOrder.precedes) },
      otherFields: otherFields)
  }

  var json: JSONValue {
    var members = otherFields
    members["source"] = source.map(JSONValue.string)
    members["official"] = isOfficial ? .bool(true) : nil
    members["sides"] = .object(sides.mapValues { .array($0.map(JSONValue.string)) })
    return .object(members)
  }
}

extension PublishedSplit: Codable {
  private enum Field: String, CaseIterable {
    case source, official, sides
  }

  /// Reads a split; fields that this version does not know are kept.
  /// - Throws: `DecodingError` for a wrong shape.
  public init(from decoder: any Decoder) throws {
    let fields = try OpenFields<Field>(decoder)
    self.init(
      source: try fields.optional(.source), isOfficial: try fields.optional(.official) ?? false,
      sides: try fields.required(.sides),
      otherFields: try fields.others())
  }

  /// Writes the split with all its fields.
  /// - Throws: `EncodingError` where the encoder refuses.
  public func encode(to encoder: any Encoder) throws {
    try json.encode(to: encoder)
  }
}
