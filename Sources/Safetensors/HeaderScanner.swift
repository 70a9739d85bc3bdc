/// Reads the JSON of a safetensors header, objects, arrays of numbers and strings, and passes over
/// any other.
///
/// Headers come from files that anyone may have written, so nothing is trusted: every step is
/// bounded by the bytes that there are, nesting does not recurse, and numbers may not overflow.
package struct HeaderScanner {
  private let bytes: [UInt8]
  package private(set) var position = 0

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package func failure(_ detail: String) -> TensorError {
    TensorError(
      operation: "read", subject: "a safetensors header",
      detail: "\(detail) at byte \(position)", hint: "the value is damaged: prepare it again")
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  /// Takes a sign if it comes next.
  mutating func take(_ sign: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: sign) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ sign: Unicode.Scalar) throws(TensorError) {
    guard take(sign) else { throw failure("'\(sign)' expected") }
  }

  /// Whether nothing but space is left.
  package mutating func isAtEnd() -> Bool {
    skipSpace()
    return position == bytes.count
  }

  /// The members of an object: the body reads each one's value.
  mutating func object(
    _ member: (inout HeaderScanner, String) throws(TensorError) -> Void
  ) throws(TensorError) {
    try expect("{")
    if take("}") { return }
    var names: Set<String> = []
    repeat {
      let name = try string()
      guard names.insert(name).inserted else { throw failure("'\(name)' occurs twice") }
      try expect(":")
      try member(&self, name)
    } while take(",")
    try expect("}")
  }

  /// The members of an object, with names as they stand there and twice where they stand twice: for
  /// what was written by this program, and in a hurry.
  package mutating func members(
    _ member: (inout HeaderScanner, ArraySlice<UInt8>) throws(TensorError) -> Void
  ) throws(TensorError) {
    try expect("{")
    if take("}") { return }
    repeat {
      let name = try literal()
      try expect(":")
      try member(&self, name)
    } while take(",")
    try expect("}")
  }

  /// An array of integers of 0 and above.
  mutating func integers() throws(TensorError) -> [Int] {
    try expect("[")
    if take("]") { return [] }
    var all: [Int] = []
    repeat { all.append(try integer()) } while take(",")
    try expect("]")
    return all
  }

  private mutating func integer() throws(TensorError) -> Int {
    skipSpace()
    let start = position
    var value = 0
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(Int(bytes[position] - 0x30))
      if overflow || carry { throw failure("a number too large") }
      value = sum
      position += 1
    }
    if position == start { throw failure("a number expected") }
    return value
  }

  package mutating func string() throws(TensorError) -> String {
    let start = position
    let plain = try literal()
    if !plain.contains(UInt8(ascii: "\\")) {
      guard let string = String(validating: plain, as: UTF8.self) else {
        throw failure("a string that is no UTF-8")
      }
      return string
    }
    position = start
    try expect("\"")
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw failure("a string that is no UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): text += try escape()
      case 0..<0x20: throw failure("a control character in a string")
      default: text.append(byte)
      }
    }
    throw failure("a string without an end")
  }

  /// The bytes of a number as they stand there.
  package mutating func number() throws(TensorError) -> ArraySlice<UInt8> {
    skipSpace()
    let start = position
    while position < bytes.count, Self.isOfNumber(bytes[position]) { position += 1 }
    if position == start { throw failure("a number expected") }
    return bytes[start..<position]
  }

  private static func isOfNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x2B, 0x2D, 0x2E, 0x45, 0x65: true
    default: false
    }
  }

  /// What was passed since a position.
  package func bytes(from start: Int) -> ArraySlice<UInt8> { bytes[start..<position] }

  /// Passes over a value of any kind; what is inside is not checked.
  package mutating func skip() throws(TensorError) {
    var depth = 0
    repeat {
      skipSpace()
      guard position < bytes.count else { throw failure("a value without an end") }
      switch Unicode.Scalar(bytes[position]) {
      case "\"": _ = try literal()
      case "{", "[":
        depth += 1
        position += 1
      case "}", "]":
        depth -= 1
        position += 1
      default:
        repeat { position += 1 } while position < bytes.count && !Self.ends(bytes[position])
      }
    } while depth > 0
    if depth < 0 { throw failure("a value expected") }
  }

  private static func ends(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x22, 0x2C, 0x5B, 0x5D, 0x7B, 0x7D: true
    default: false
    }
  }

  /// The bytes of a string as they stand there, its escapes not resolved.
  package mutating func literal() throws(TensorError) -> ArraySlice<UInt8> {
    try expect("\"")
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case 0x22:
        position += 1
        return bytes[start..<position - 1]
      case 0x5C: position += 2
      case 0..<0x20: throw failure("a control character in a string")
      default: position += 1
      }
    }
    throw failure("a string without an end")
  }

  private mutating func escape() throws(TensorError) -> [UInt8] {
    guard position < bytes.count else { throw failure("a string without an end") }
    let byte = bytes[position]
    position += 1
    switch Unicode.Scalar(byte) {
    case "\"", "\\", "/": return [byte]
    case "b": return [0x08]
    case "f": return [0x0C]
    case "n": return [0x0A]
    case "r": return [0x0D]
    case "t": return [0x09]
    case "u":
      var units = [try hexUnit()]
      if UTF16.isLeadSurrogate(units[0]), position + 1 < bytes.count,
        bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        units.append(try hexUnit())
      }
      guard let text = String(validating: units, as: UTF16.self) else {
        throw failure("half a surrogate pair")
      }
      return Array(text.utf8)
    default: throw failure("an unknown escape")
    }
  }

  private mutating func hexUnit() throws(TensorError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard position < bytes.count,
        let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
      else { throw failure("four hex digits expected") }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }
}
