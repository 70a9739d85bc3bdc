/// Where a text that a decoder has refused stops being JSON. The decoder on Linux does not say.
struct JSONSyntax {
  private enum Expected {
    case value, valueOrEnd, key, keyOrEnd, colon, commaOrEnd, nothing
  }

  private let json: [UInt8]
  private var place = 0
  private var line = 1
  private var open: [UInt8] = []
  private var expected = Expected.value

  private init(_ json: [UInt8]) { self.json = json }

  /// The line, from 1, of the first fault; nil where none is found.
  static func lineOfFault(in json: [UInt8]) -> Int? {
    var syntax = JSONSyntax(json)
    return syntax.lineOfFault()
  }

  private mutating func lineOfFault() -> Int? {
    while place < json.count {
      let byte = json[place]
      if byte == UInt8(ascii: "\n") { line += 1 }
      if [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
        place += 1
      } else if !take(byte) {
        return line
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
      guard isValue || isKey, takeText() else { return false }
      if isKey { expected = .colon } else { endValue() }
      return true
    case UInt8(ascii: "{") where isValue, UInt8(ascii: "[") where isValue:
      open.append(byte)
      expected = byte == UInt8(ascii: "{") ? .keyOrEnd : .valueOrEnd
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      let isObject = byte == UInt8(ascii: "}")
      guard expected == .commaOrEnd || expected == (isObject ? .keyOrEnd : .valueOrEnd),
        open.popLast() == (isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
      else { return false }
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
    while place < json.count, !Array(" \t\r\n,:{}[]\"".utf8).contains(json[place]) { place += 1 }
    let word = String(decoding: json[start..<place], as: UTF8.self)
    endValue()
    return ["true", "false", "null"].contains(word) || Double(word) != nil
  }
}
