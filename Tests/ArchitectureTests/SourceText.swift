/// Swift source with comments blanked and string literals emptied, line breaks kept: what is left
/// can be searched for words without being fooled by prose. Code interpolated into a string stays.
struct SourceText {
  let lines: [Substring]

  /// - Parameter keepsStrings: Leaves the text of string literals in place; only comments go.
  init(_ source: String, keepsStrings: Bool = false) {
    var scanner = Scanner(bytes: Array(source.utf8), keepsStrings: keepsStrings)
    scanner.scan()
    lines = String(decoding: scanner.output, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
  }

  private struct Scanner {
    static let newline = UInt8(ascii: "\n")

    let bytes: [UInt8]
    let keepsStrings: Bool
    var output: [UInt8] = []
    var position = 0

    /// A string literal that is open: its delimiter, and the parentheses open in its interpolation.
    struct Literal {
      var pounds: Int
      var isMultiline: Bool
      var depth = 0
      var isInterpolating = false
    }
    var literals: [Literal] = []

    mutating func scan() {
      while position < bytes.count {
        if let literal = literals.last, !literal.isInterpolating {
          scanText(literal)
        } else {
          scanCode()
        }
      }
    }

    func at(_ text: String) -> Bool {
      var end = position
      for byte in text.utf8 {
        if end >= bytes.count || bytes[end] != byte { return false }
        end += 1
      }
      return true
    }

    mutating func append(_ text: StaticString) {
      text.withUTF8Buffer { output.append(contentsOf: $0) }
    }

    mutating func scanCode() {
      if at("//") {
        while position < bytes.count && bytes[position] != Self.newline { position += 1 }
      } else if at("/*") {
        skipBlockComment()
      } else if let literal = opening() {
        literals.append(literal)
      } else {
        let byte = bytes[position]
        position += 1
        if !literals.isEmpty {
          let last = literals.count - 1
          if byte == UInt8(ascii: "(") { literals[last].depth += 1 }
          if byte == UInt8(ascii: ")") {
            literals[last].depth -= 1
            if literals[last].depth == 0 { literals[last].isInterpolating = false }
          }
        }
        output.append(byte)
      }
    }

    mutating func skipBlockComment() {
      var depth = 0
      while position < bytes.count {
        if at("/*") {
          depth += 1
          position += 2
        } else if at("*/") {
          depth -= 1
          position += 2
          if depth == 0 { return }
        } else {
          if bytes[position] == Self.newline { append("\n") }
          position += 1
        }
      }
    }

    /// Reads a delimiter such as `"`, `"""` or `#"`, if one begins here.
    mutating func opening() -> Literal? {
      var end = position
      while end < bytes.count && bytes[end] == UInt8(ascii: "#") { end += 1 }
      guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return nil }
      let pounds = end - position
      position = end
      let isMultiline = at("\"\"\"")
      position += isMultiline ? 3 : 1
      append("\"")
      return Literal(pounds: pounds, isMultiline: isMultiline)
    }

    mutating func scanText(_ literal: Literal) {
      let marks = String(repeating: "#", count: literal.pounds)
      let closing = (literal.isMultiline ? "\"\"\"" : "\"") + marks
      if at(closing) {
        position += closing.count
        literals.removeLast()
        append("\"")
      } else if at("\\" + marks + "(") {
        position += 2 + literal.pounds
        literals[literals.count - 1].isInterpolating = true
        literals[literals.count - 1].depth = 1
        append("(")
      } else if at("\\" + marks) {
        position += 2 + literal.pounds
      } else {
        let byte = bytes[position]
        if byte == Self.newline {
          append("\n")
          // A literal of one line ends with it: what follows is not swallowed by a stray quote.
          if !literal.isMultiline { literals.removeLast() }
        } else if keepsStrings {
          output.append(byte)
        }
        position += 1
      }
    }
  }
}
