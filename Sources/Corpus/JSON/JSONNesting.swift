/// How deep a JSON text is nested, found without following it.
///
/// A decoder calls itself for every level, and threads other than the first have small stacks.
enum JSONNesting {
  /// The line, from 1, where a list or object first lies deeper than `limit`; nil where none does.
  static func line(in json: [UInt8], deeperThan limit: Int) -> Int? {
    var line = 1
    var depth = 0
    var isText = false
    var isEscaped = false
    for byte in json {
      if byte == UInt8(ascii: "\n") { line += 1 }
      if isText {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isText = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isText = true
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        if depth > limit { return line }
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: continue
      }
    }
    return nil
  }
}
