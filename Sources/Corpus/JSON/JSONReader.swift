/// Reads a JSON text in one pass, as RFC 8259 has it and no other way.
///
/// Texts come from outside, so neither their depth nor their numbers may cost more than their length.
struct JSONReader {
  private let json: [UInt8]
  private var position: Int

  /// The value of a text.
  /// - Throws: ``JSONFault``, the first that there is.
  static func value(of json: [UInt8]) throws(JSONFault) -> JSONValue {
    // A text in UTF-16 that is read as UTF-8 has zeros.
    if json.contains(0) || !isUTF8(json) { throw JSONFault(.encoding, line: 1) }
    var reader = JSONReader(json: json, position: json.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    if reader.position < json.count { throw reader.fault(.syntax, at: reader.position) }
    return value
  }

  /// As ``value(of:)``, but the items of a list that the outermost object has under a key are given away one by
  /// one, in order, and not kept: in the value the list is empty.
  /// - Parameters:
  ///   - isWanted: whether to do so, by the members that stand before the list.
  ///   - take: is given each item.
  static func value(
    of json: [UInt8], givingAway key: String, where isWanted: ([String: JSONValue]) -> Bool,
    _ take: (JSONValue) -> Void
  ) throws(JSONFault) -> JSONValue {
    if json.contains(0) || !isUTF8(json) { throw JSONFault(.encoding, line: 1) }
    var reader = JSONReader(json: json, position: json.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
    reader.skipSpace()
    guard reader.next == UInt8(ascii: "{") else { return try value(of: json) }
    let value = try reader.object(depth: 1) { (name, members, reader) throws(JSONFault) in
      reader.skipSpace()
      guard name == key, reader.next == UInt8(ascii: "["), isWanted(members) else { return nil }
      try reader.enter(2)
      if reader.skip(to: UInt8(ascii: "]")) { return .array([]) }
      repeat {
        take(try reader.value(depth: 2))
      } while try reader.skipComma(orEnd: UInt8(ascii: "]"))
      return .array([])
    }
    reader.skipSpace()
    if reader.position < json.count { throw reader.fault(.syntax, at: reader.position) }
    return value
  }

  private static func isUTF8(_ bytes: [UInt8]) -> Bool {
    do { _ = try UTF8Span(validating: bytes.span) } catch { return false }
    return true
  }

  /// - Parameter depth: how many lists and objects are open.
  private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
    skipSpace()
    switch next {
    case UInt8(ascii: "\""): return .string(try text())
    case UInt8(ascii: "["): return try list(depth: depth + 1)
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func list(depth: Int) throws(JSONFault) -> JSONValue {
    try enter(depth)
    var items: [JSONValue] = []
    if skip(to: UInt8(ascii: "]")) { return .array(items) }
    repeat { items.append(try value(depth: depth)) } while try skipComma(orEnd: UInt8(ascii: "]"))
    return .array(items)
  }

  /// - Parameter member: the value of a member by its key, the members before it and the reader, where it is not read
  ///   as any other.
  private mutating func object(
    depth: Int,
    _ member: (String, [String: JSONValue], inout JSONReader) throws(JSONFault) -> JSONValue? = {
      _, _, _ in nil
    }
  ) throws(JSONFault) -> JSONValue {
    try enter(depth)
    var members: [String: JSONValue] = [:]
    if skip(to: UInt8(ascii: "}")) { return .object(members) }
    repeat {
      skipSpace()
      let start = position
      guard next == UInt8(ascii: "\"") else { throw fault(.syntax, at: position) }
      let key = try text()
      guard skip(to: UInt8(ascii: ":")) else { throw fault(.syntax, at: position) }
      let given = try member(key, members, &self)
      let read = if let given { given } else { try value(depth: depth) }
      if members.updateValue(read, forKey: key) != nil {
        throw fault(.repeatedKey(key), at: start)
      }
    } while try skipComma(orEnd: UInt8(ascii: "}"))
    return .object(members)
  }

  /// Goes into a list or an object, which is the `depth`-th around what follows.
  private mutating func enter(_ depth: Int) throws(JSONFault) {
    if depth > JSONValue.maximumDepth { throw fault(.depth, at: position) }
    position += 1
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONFault) -> JSONValue {
    guard json[position...].starts(with: word.utf8) else { throw fault(.syntax, at: position) }
    position += word.utf8.count
    return value
  }

  private mutating func number() throws(JSONFault) -> JSONValue {
    let start = position
    if next == UInt8(ascii: "-") { position += 1 }
    let firstDigit = position
    guard skipDigits() else { throw fault(.syntax, at: start) }
    if json[firstDigit] == UInt8(ascii: "0"), position > firstDigit + 1 {
      throw fault(.syntax, at: start)
    }
    if next == UInt8(ascii: ".") {
      position += 1
      guard skipDigits() else { throw fault(.syntax, at: start) }
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      guard skipDigits() else { throw fault(.syntax, at: start) }
    }
    let value = JSONValue(digits: String(decoding: json[start..<position], as: UTF8.self))
    if case .number(let number) = value, !number.isFinite { throw fault(.syntax, at: start) }
    return value
  }

  /// False where no digit comes.
  private mutating func skipDigits() -> Bool {
    let start = position
    while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
    return position > start
  }

  private mutating func text() throws(JSONFault) -> String {
    let start = position
    position += 1
    // What stands before the last escape.
    var content: [UInt8] = []
    var copied = position
    while let byte = next, byte >= 0x20 {
      switch byte {
      case UInt8(ascii: "\""):
        let rest = json[copied..<position]
        position += 1
        if content.isEmpty { return String(decoding: rest, as: UTF8.self) }
        return String(decoding: content + rest, as: UTF8.self)
      case UInt8(ascii: "\\"):
        content += json[copied..<position]
        position += 1
        guard let scalar = escaped() else { throw fault(.syntax, at: start) }
        content += Array(String(scalar).utf8)
        copied = position
      default: position += 1
      }
    }
    throw fault(.syntax, at: position < json.count ? start : position)
  }

  /// The character of an escape whose backslash was read; nil for one that JSON does not have.
  private mutating func escaped() -> Unicode.Scalar? {
    guard let byte = next else { return nil }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: return nil
    }
    guard let first = hexadecimal() else { return nil }
    guard UTF16.isLeadSurrogate(first) else { return Unicode.Scalar(first) }
    // A character beyond the first 65,536 takes two.
    guard json[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
      return nil
    }
    position += 2
    guard let second = hexadecimal(), UTF16.isTrailSurrogate(second) else { return nil }
    return UTF16.decode(UTF16.EncodedScalar([first, second]))
  }

  private mutating func hexadecimal() -> UInt16? {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        return nil
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }

  private var next: UInt8? { position < json.count ? json[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  /// Skips a mark and the space before it; false where it does not come next.
  private mutating func skip(to mark: UInt8) -> Bool {
    skipSpace()
    guard next == mark else { return false }
    position += 1
    return true
  }

  /// True after a comma, false after the end.
  private mutating func skipComma(orEnd end: UInt8) throws(JSONFault) -> Bool {
    if skip(to: UInt8(ascii: ",")) { return true }
    guard skip(to: end) else { throw fault(.syntax, at: position) }
    return false
  }

  private func fault(_ kind: JSONFault.Kind, at position: Int) -> JSONFault {
    JSONFault(kind, line: 1 + json[..<position].count { $0 == UInt8(ascii: "\n") })
  }
}
