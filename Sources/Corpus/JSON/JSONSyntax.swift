/// Where a text that a decoder has refused stops being JSON, and where an object has two values
/// under one key. The decoder on Linux says neither: of two values it takes one without a word.
struct JSONSyntax {
  private enum Expected {
    case value, valueOrEnd, key, keyOrEnd, colon, commaOrEnd, nothing
  }

  private let json: [UInt8]
  private var place = 0
  private var line = 1
  private var open: [UInt8] = []
  /// The keys of each object that is open.
  private var keys: [Set<String>] = []
  private var repetition: (key: String, line: Int)?
  private var expected = Expected.value

  private init(_ json: [UInt8]) { self.json = json }

  /// The line, from 1, of the first fault; nil where none is found.
  static func lineOfFault(in json: [UInt8]) -> Int? {
    var syntax = JSONSyntax(json)
    return syntax.lineOfFault()
  }

  /// The first key that an object has twice, and its line, from 1; nil where there is none.
  static func repeatedKey(in json: [UInt8]) -> (key: String, line: Int)? {
    var syntax = JSONSyntax(json)
    _ = syntax.lineOfFault()
    return syntax.repetition
  }

  private mutating func lineOfFault() -> Int? {
    while place < json.count {
      let byte = json[place]
      if byte == UInt8(ascii: "\n") { line += 1 }
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: place += 1
      default: if !take(byte) { return line }
      }
    }
    return expected == .nothing ? nil : line
  }

  /// Takes the next mark, text, number or word; false where it may not stand here.
  private mutating func take(_ byte: UInt8) -> Bool {
    let isValue = expected == .value || expected == .valueOrEnd
    let isKey = expected == .key || expected == .keyOrEnd
    switch byte {
    case UInt8(ascii: "\""):
      let start = place
      guard isValue || isKey, takeText() else { return false }
      if isKey { note(key: json[start..<min(place, json.count)]) }
      if isKey { expected = .colon } else { endValue() }
      return true
    case UInt8(ascii: "{") where isValue, UInt8(ascii: "[") where isValue:
      open.append(byte)
      if byte == UInt8(ascii: "{") { keys.append([]) }
      expected = byte == UInt8(ascii: "{") ? .keyOrEnd : .valueOrEnd
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      let isObject = byte == UInt8(ascii: "}")
      guard expected == .commaOrEnd || expected == (isObject ? .keyOrEnd : .valueOrEnd),
        open.popLast() == (isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
      else { return false }
      if isObject { keys.removeLast() }
      endValue()
    case UInt8(ascii: ":") where expected == .colon:
      expected = .value
    case UInt8(ascii: ",") where expected == .commaOrEnd:
      expected = open.last == UInt8(ascii: "{") ? .key : .value
    default:
      return isValue && takeWord()
    }
    place += 1
    return true
  }

  private mutating func endValue() {
    expected = open.isEmpty ? .nothing : .commaOrEnd
  }

  /// Keeps a key, quotes included, of the object that is open.
  private mutating func note(key text: ArraySlice<UInt8>) {
    guard let last = keys.indices.last else { return }
    var key = String(decoding: text.dropFirst().dropLast(), as: UTF8.self)
    if text.contains(UInt8(ascii: "\\")) {
      // One key may be spelt in two ways.
      let spelt = try? StrictJSON.decodeChecked(
        [String].self, from: Array("[".utf8) + text + Array("]".utf8))
      key = spelt?.first ?? key
    }
    if !keys[last].insert(key).inserted, repetition == nil { repetition = (key, line) }
  }

  private mutating func takeText() -> Bool {
    place += 1
    while place < json.count, json[place] != UInt8(ascii: "\"") {
      if json[place] < 0x20 { return false }
      place += json[place] == UInt8(ascii: "\\") ? 2 : 1
    }
    place += 1
    return place <= json.count
  }

  private mutating func takeWord() -> Bool {
    let start = place
    while place < json.count, !Self.endsWord(json[place]) { place += 1 }
    let word = String(decoding: json[start..<place], as: UTF8.self)
    endValue()
    return ["true", "false", "null"].contains(word) || Double(word) != nil
  }

  private static func endsWord(_ byte: UInt8) -> Bool {
    switch Unicode.Scalar(byte) {
    case " ", "\t", "\r", "\n", ",", ":", "{", "}", "[", "]", "\"": true
    default: false
    }
  }
}
