/// A type whose values are each one text, number or flag of JSON.
protocol JSONScalar {
  /// Nil where the JSON has another form, or is a number that the type does not have.
  init?(_ json: JSONValue)
}

/// A type of numbers.
protocol JSONNumber: JSONScalar {}

extension JSONNumber where Self: FixedWidthInteger {
  init?(_ json: JSONValue) {
    switch json {
    case .integer(let number): self.init(exactly: number)
    case .unsigned(let number): self.init(exactly: number)
    case .number(let number): self.init(exactly: number)
    default: return nil
    }
  }
}

extension JSONNumber where Self: BinaryFloatingPoint {
  init?(_ json: JSONValue) {
    switch json {
    case .integer(let number): self.init(number)
    case .unsigned(let number): self.init(number)
    case .number(let number): self.init(number)
    default: return nil
    }
  }
}

extension Int: JSONNumber {}
extension Int8: JSONNumber {}
extension Int16: JSONNumber {}
extension Int32: JSONNumber {}
extension Int64: JSONNumber {}
extension UInt: JSONNumber {}
extension UInt8: JSONNumber {}
extension UInt16: JSONNumber {}
extension UInt32: JSONNumber {}
extension UInt64: JSONNumber {}
extension Double: JSONNumber {}
extension Float: JSONNumber {}

extension String: JSONScalar {
  init?(_ json: JSONValue) {
    guard case .string(let text) = json else { return nil }
    self = text
  }
}

extension Bool: JSONScalar {
  init?(_ json: JSONValue) {
    guard case .bool(let flag) = json else { return nil }
    self = flag
  }
}
