/// Fields of the CSV files that Lathe writes (RFC 4180).
///
/// A spreadsheet computes a field that begins with `=`, `+`, `-`, `@`, a tab or a line end, so that
/// a file's name could run a command. A name that begins so gets an apostrophe in front, which a
/// spreadsheet takes as "this is text"; so does one with apostrophes before such a character, so
/// that every name reads back as it was: `=x` is written as `'=x`, `'=x` as `''=x`, `'x` as `'x`.
package enum CSVField {
  /// A name as a field: guarded, and in quotes where it needs them.
  package static func name(_ text: String) -> String { quoted(guarded(text)) }

  /// A text of our own or a number as a field: in quotes where it holds a comma, a quote or a line
  /// end.
  package static func quoted(_ text: String) -> String {
    guard text.utf8.contains(where: { special.contains($0) }) else { return text }
    // By scalars: a quote with an accent on it is one character and still a quote.
    var field = "\"".unicodeScalars
    for scalar in text.unicodeScalars {
      if scalar == "\"" { field.append(scalar) }
      field.append(scalar)
    }
    field.append("\"")
    return String(field)
  }

  /// The name, with an apostrophe in front where a spreadsheet would compute it.
  static func guarded(_ name: String) -> String {
    isComputed(name.utf8.drop { $0 == apostrophe }) ? "'" + name : name
  }

  /// The name that ``guarded(_:)`` was given.
  package static func unguarded(_ field: String) -> String {
    guard field.utf8.first == apostrophe,
      isComputed(field.utf8.drop(while: { $0 == apostrophe }))
    else { return field }
    return String(field.unicodeScalars.dropFirst())
  }

  /// Whether a spreadsheet computes a field: no name is written so.
  static func isComputed(_ field: some Sequence<UInt8>) -> Bool {
    var bytes = field.makeIterator()
    return bytes.next().map { computed.contains($0) } ?? false
  }

  private static let apostrophe = UInt8(ascii: "'")
  private static let computed = Array("=+-@\t\r\n".utf8)
  private static let special = Array(",\"\r\n".utf8)
}
