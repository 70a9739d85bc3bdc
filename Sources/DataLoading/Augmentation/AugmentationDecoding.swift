/// The fields of a part in JSON: what is not known is refused by name, and errors say where they are.
///
/// Names are written in snake case, as in the rest of a loader's JSON; camel case, as in recipes, is
/// read as well.
private struct PartFields<Key: CodingKey & CaseIterable> {
  private struct GivenKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }

    init?(intValue: Int) { nil }
  }

  private let container: KeyedDecodingContainer<GivenKey>
  private let keys: [String: GivenKey]
  private let part: String

  /// - Throws: ``LoadingError`` for what is no object or has a field that is not one of `Key`.
  init(_ decoder: any Decoder, _ part: String) throws {
    self.part = part
    let known = Key.allCases.map(\.stringValue).sorted()
    do {
      container = try decoder.container(keyedBy: GivenKey.self)
    } catch {
      throw LoadingError.part(
        part, "this is not an object",
        hint: known.isEmpty
          ? "write {}, or leave it out" : "write an object with \(known.joined(separator: ", "))")
    }
    var keys: [String: GivenKey] = [:]
    for key in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
      let name = Self.snakeCase(key.stringValue)
      guard known.contains(name) else {
        throw LoadingError.part(
          Self.path(part, key.stringValue), "this is not known",
          hint: known.isEmpty
            ? "\(part) has no fields" : "here it may have \(known.joined(separator: ", "))")
      }
      guard keys.updateValue(key, forKey: name) == nil else {
        throw LoadingError.part(
          Self.path(part, key.stringValue), "this is given twice", hint: "give it once")
      }
    }
    self.keys = keys
  }

  private static func snakeCase(_ name: String) -> String {
    name.reduce(into: "") { text, character in
      if character.isASCII, character.isUppercase { text += "_" }
      text += character.lowercased()
    }
  }

  private static func path(_ part: String, _ field: String) -> String {
    part == Augmentation.name ? field : "\(part).\(field)"
  }

  /// A field, or nil where it is left out or null.
  func optional<Value: Decodable>(_ key: Key) throws -> Value? {
    guard let given = keys[key.stringValue] else { return nil }
    do {
      return try container.decodeIfPresent(Value.self, forKey: given)
    } catch let error as LoadingError {
      throw error
    } catch {
      throw LoadingError.part(
        Self.path(part, given.stringValue), "this cannot be read",
        hint: "give \(Self.form(Value.self))")
    }
  }

  func required<Value: Decodable>(_ key: Key) throws -> Value {
    if let value: Value = try optional(key) { return value }
    throw LoadingError.part(
      Self.path(part, key.stringValue), "this is missing", hint: "give \(Self.form(Value.self))")
  }

  private static func form<Value>(_ type: Value.Type) -> String {
    switch type {
    case is Int.Type: "a whole number"
    case is Double.Type: "a number"
    case is [Double].Type: "a list of numbers"
    case is ClosedRange<Double>.Type: "two numbers, the smaller first, such as [-6, 6]"
    case is Augmentation.SpecAugment.Fill.Type: "\"mean\" or \"minimum\""
    default: "an object"
    }
  }
}

extension Augmentation {
  static let name = "augmentation"

  /// Reads an augmentation and checks it.
  ///
  /// - Throws: ``LoadingError`` for a part or field that is not known, missing, of the wrong form
  ///   or out of range.
  public init(from decoder: any Decoder) throws {
    let fields = try PartFields<CodingKeys>(decoder, Self.name)
    self.init()
    speed = try fields.optional(.speed)
    randomCrop = try fields.optional(.randomCrop)
    circularShift = try fields.optional(.circularShift)
    gain = try fields.optional(.gain)
    polarity = try fields.optional(.polarity)
    noise = try fields.optional(.noise)
    mixup = try fields.optional(.mixup)
    specAugment = try fields.optional(.specAugment)
  }
}

extension Augmentation.Speed {
  /// Reads and checks `{"factors": [0.9, 1, 1.1]}` or `{"range": [0.9, 1.1]}`.
  /// - Throws: ``LoadingError`` as ``Augmentation`` does.
  public init(from decoder: any Decoder) throws {
    let fields = try PartFields<CodingKeys>(decoder, Self.name)
    let factors: [Double]? = try fields.optional(.factors)
    let range: ClosedRange<Double>? = try fields.optional(.range)
    switch (factors, range) {
    case (let factors?, nil): self.init(factors: factors)
    case (nil, let range?): self.init(range: range)
    default:
      throw LoadingError.part(
        Self.name,
        factors == nil ? "there are neither factors nor a range" : "there are factors and a range",
        hint: "give one of them")
    }
    try check()
  }

  /// Writes the factors, also those that a range stood for.
  /// - Throws: `EncodingError` where the encoder refuses.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(factors, forKey: .factors)
  }
}

extension Augmentation.RandomCrop {
  /// Reads `{}`.
  /// - Throws: ``LoadingError`` as ``Augmentation`` does.
  public init(from decoder: any Decoder) throws {
    _ = try PartFields<CodingKeys>(decoder, Self.name)
  }

  /// Writes `{}`.
  /// - Throws: `EncodingError` where the encoder refuses.
  public func encode(to encoder: any Encoder) throws {
    _ = encoder.container(keyedBy: CodingKeys.self)
  }
}

extension Augmentation.CircularShift {
  /// Reads and checks a shift; `share` must be given.
  /// - Throws: ``LoadingError`` as ``Augmentation`` does.
  public init(from decoder: any Decoder) throws {
    self.init(share: try PartFields<CodingKeys>(decoder, Self.name).required(.share))
    try check()
  }
}

extension Augmentation.Gain {
  /// Reads and checks a gain; `decibels` must be given.
  /// - Throws: ``LoadingError`` as ``Augmentation`` does.
  public init(from decoder: any Decoder) throws {
    self.init(decibels: try PartFields<CodingKeys>(decoder, Self.name).required(.decibels))
    try check()
  }
}

extension Augmentation.Polarity {
  /// Reads and checks a polarity; `probability` is 0.5 where it is left out.
  /// - Throws: ``LoadingError`` as ``Augmentation`` does.
  public init(from decoder: any Decoder) throws {
    let fields = try PartFields<CodingKeys>(decoder, Self.name)
    self.init(probability: try fields.optional(.probability) ?? 0.5)
    try check()
  }
}

extension Augmentation.Noise {
  /// Reads and checks noise; `decibels` must be given, `probability` is 1 where it is left out.
  /// - Throws: ``LoadingError`` as ``Augmentation`` does.
  public init(from decoder: any Decoder) throws {
    let fields = try PartFields<CodingKeys>(decoder, Self.name)
    self.init(
      probability: try fields.optional(.probability) ?? 1, decibels: try fields.required(.decibels))
    try check()
  }
}

extension Augmentation.Mixup {
  /// Reads and checks a mixup; `alpha` must be given.
  /// - Throws: ``LoadingError`` as ``Augmentation`` does.
  public init(from decoder: any Decoder) throws {
    self.init(alpha: try PartFields<CodingKeys>(decoder, Self.name).required(.alpha))
    try check()
  }
}

extension Augmentation.SpecAugment {
  /// Reads and checks masks; counts and widths are 0 where they are left out, the fill is the mean.
  /// - Throws: ``LoadingError`` as ``Augmentation`` does.
  public init(from decoder: any Decoder) throws {
    let fields = try PartFields<CodingKeys>(decoder, Self.name)
    self.init(
      timeMasks: try fields.optional(.timeMasks) ?? 0,
      timeWidth: try fields.optional(.timeWidth) ?? 0,
      frequencyMasks: try fields.optional(.frequencyMasks) ?? 0,
      frequencyWidth: try fields.optional(.frequencyWidth) ?? 0,
      fill: try fields.optional(.fill) ?? .mean)
    try check()
  }
}
