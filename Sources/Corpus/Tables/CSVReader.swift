/// Rows of a CSV file (RFC 4180), one after the other, straight from its bytes.
///
/// Fields are separated by commas and may stand in quotes, in which commas, line ends and doubled
/// quotes are part of the text; lines end with CR LF or LF; a byte order mark and empty lines are
/// passed over. Anything else (a quote inside a bare field, text behind a closing quote, a quote
/// that is never closed) is refused with its line: a table that was read wrongly gives wrong
/// labels.
///
/// Only the fields that are asked for become texts, as FMA's table has a quarter of a gigabyte of
/// biographies that nobody reads here.
package struct CSVReader {
  /// One row: where its fields lie.
  package struct Row: Equatable {
    /// The line on which it begins, from 1.
    package let line: Int
    fileprivate(set) var fields: [Range<Int>] = []
  }

  private static let comma = UInt8(ascii: ",")
  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  /// - Throws: ``ManifestError`` for a table that is too large.
  package init(_ bytes: [UInt8]) throws(ManifestError) {
    if bytes.count > DatasetLayout.maximumTableBytes {
      throw ManifestError(
        .tooLarge, at: "the file",
        "has \(bytes.count) bytes, more than \(DatasetLayout.maximumTableBytes)",
        hint: "check that it is the table of a dataset", operation: Self.operation)
    }
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The next row that is not empty, or nil at the end.
  package mutating func next() throws(ManifestError) -> Row? {
    while position < bytes.count, endLine() {}
    if position >= bytes.count { return nil }
    var row = Row(line: line)
    while true {
      row.fields.append(try field())
      if position < bytes.count, bytes[position] == Self.comma {
        position += 1
      } else {
        _ = endLine()
        return row
      }
    }
  }

  /// The text of a field; nil where the row has no such field or the field is empty.
  package func text(_ row: Row, _ index: Int) throws(ManifestError) -> String? {
    guard row.fields.indices.contains(index), !row.fields[index].isEmpty else { return nil }
    var content = Array(bytes[row.fields[index]])
    if content.first == Self.quote {
      var isSecond = false
      content = content.dropFirst().dropLast().filter { byte in
        isSecond = byte == Self.quote && !isSecond
        return !isSecond
      }
    }
    guard let text = String(validating: content, as: UTF8.self) else {
      throw error(.notUTF8, row.line, "is not UTF-8 text", hint: "save the table as UTF-8")
    }
    return text.isEmpty ? nil : text
  }

  /// Passes over the end of a line; false where there is none here.
  private mutating func endLine() -> Bool {
    if position >= bytes.count { return false }
    if bytes[position] == Self.lineFeed {
      position += 1
    } else if bytes[position] == Self.carriageReturn, position + 1 < bytes.count,
      bytes[position + 1] == Self.lineFeed
    {
      position += 2
    } else {
      return false
    }
    line += 1
    return true
  }

  private mutating func field() throws(ManifestError) -> Range<Int> {
    let start = position
    let first = line
    let isQuoted = position < bytes.count && bytes[position] == Self.quote
    if isQuoted {
      position += 1
      var isOpen = true
      while isOpen {
        if position >= bytes.count {
          throw error(.badTable, first, "has a quote that is never closed", hint: "close it")
        }
        if bytes[position] == Self.lineFeed { line += 1 }
        if bytes[position] == Self.quote {
          if position + 1 < bytes.count, bytes[position + 1] == Self.quote {
            position += 1
          } else {
            isOpen = false
          }
        }
        position += 1
      }
    }
    while position < bytes.count, bytes[position] != Self.comma, bytes[position] != Self.lineFeed {
      if bytes[position] == Self.carriageReturn, position + 1 < bytes.count,
        bytes[position + 1] == Self.lineFeed
      {
        break
      }
      if isQuoted || bytes[position] == Self.quote {
        throw error(
          .badTable, line,
          isQuoted ? "has text behind a quoted field" : "has a quote in a bare field",
          hint: "put the whole field in quotes and double the quotes in it")
      }
      position += 1
    }
    return start..<position
  }

  private static let operation = "read table"

  /// A fault of the table at a line.
  package func error(
    _ kind: ManifestError.Kind, _ line: Int, _ detail: String, hint: String
  ) -> ManifestError {
    ManifestError(kind, at: "line \(line)", detail, hint: hint, operation: Self.operation)
  }
}
