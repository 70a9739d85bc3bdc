/// What a value says of itself as it encodes itself, before it is written in a form.
///
/// Beside a ``JSONValue`` it keeps numbers as they came: a `Float` has other shortest digits than
/// the `Double` of its value.
enum EncodedJSON {
  case null
  case bool(Bool)
  case integer(Int64)
  case unsigned(UInt64)
  case number(Double)
  case float(Float)
  case string(String)
  case list(EncodedList)
  case object(EncodedObject)
  /// A part that encodes itself later, such as a superclass.
  case later(JSONTreeEncoder)

  /// - Throws: `EncodingError` for what JSON cannot hold.
  init(
    _ value: some Encodable, nonNumbers: OrderedJSON.NonNumbers = .refused
  ) throws {
    let encoder = JSONTreeEncoder(nonNumbers)
    guard let encoded = try encoder.encoded(value) else {
      throw EncodingError.invalidValue(
        value, .init(codingPath: [], debugDescription: "the value encodes nothing"))
    }
    self = encoded
  }

  /// Writes it as it came.
  func write(to writer: inout JSONWriter) {
    switch self {
    case .null: writer.word("null")
    case .bool(let flag): writer.word(flag ? "true" : "false")
    case .integer(let number): writer.word(String(number))
    case .unsigned(let number): writer.word(String(number))
    case .number(let number): writer.number(number)
    case .float(let number): writer.shortest(number.description)
    case .string(let text): writer.text(text)
    case .list(let list): writer.list(list.items) { $0.write(to: &$1) }
    case .object(let object): writer.object(object.members) { $0.write(to: &$1) }
    case .later(let encoder): encoder.written.write(to: &writer)
    }
  }

  /// The value as it reads back.
  var value: JSONValue {
    switch self {
    case .null: .null
    case .bool(let flag): .bool(flag)
    case .integer(let number): .integer(number)
    case .unsigned(let number):
      Int64(exactly: number).map(JSONValue.integer) ?? .unsigned(number)
    case .number(let number): JSONValue(digits: number.description)
    case .float(let number): JSONValue(digits: number.description)
    case .string(let text): .string(text)
    case .list(let list): .array(list.items.map(\.value))
    case .object(let object): .object(object.members.mapValues(\.value))
    case .later(let encoder): encoder.written.value
    }
  }
}

/// A list that may still grow.
final class EncodedList {
  var items: [EncodedJSON] = []
}

/// An object that may still grow.
final class EncodedObject {
  var members: [String: EncodedJSON] = [:]
}

extension JSONValue {
  /// What a value is written as, and reads back to.
  /// - Throws: `EncodingError` for what JSON cannot hold, such as a number that is not finite.
  public init(encoding value: some Encodable) throws {
    self = try EncodedJSON(value).value
  }

  /// The number that digits say, whole wherever it can be: `2.50e+1`.
  /// - Parameter digits: a number as JSON or Swift's description has it.
  init(digits: String) {
    if let number = Int64(digits), number != 0 {
      self = .integer(number)
      return
    }
    let number = Double(digits) ?? .nan
    if number == 0, number.sign == .minus {
      // No integer has this sign, which a Double keeps.
      self = .number(number)
    } else if number.magnitude < 0x1p53, let whole = Int64(exactly: number) {
      self = .integer(whole)
      // From here on not every whole number is a Double.
    } else if (0x1p53...0x1p64).contains(number.magnitude), let whole = Self.whole(digits) {
      self = whole
    } else {
      self = .number(number)
    }
  }

  /// The whole number that digits say exactly; nil for another one.
  private static func whole(_ digits: String) -> JSONValue? {
    let parts = digits.split(whereSeparator: { $0 == "e" || $0 == "E" })
    let mantissa = parts[0].split(separator: ".")
    var fraction = mantissa.count == 1 ? "" : mantissa[1]
    while fraction.last == "0" { fraction.removeLast() }
    let zeros = (parts.count == 1 ? 0 : Int(parts[1]) ?? 0) - fraction.count
    guard (0..<20).contains(zeros) else { return nil }
    let whole = mantissa[0] + fraction + String(repeating: "0", count: zeros)
    return Int64(whole).map(JSONValue.integer) ?? UInt64(whole).map(JSONValue.unsigned)
  }
}
