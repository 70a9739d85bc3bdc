import Foundation

/// What a command says: results on the standard output, everything else on the standard error.
enum Output {
  /// A line of results.
  static func line(_ text: String = "") {
    write(text + "\n", to: .standardOutput)
  }

  /// A line for the person who watches.
  static func error(_ text: String) {
    write(text + "\n", to: .standardError)
  }

  /// A value as one line of JSON, keys in order.
  static func json(_ value: some Encodable, pretty: Bool = false) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    line(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// Text without a line end, for a bar that is drawn again and again.
  static func partialError(_ text: String) {
    write(text, to: .standardError)
  }

  private static func write(_ text: String, to handle: FileHandle) {
    // A closed pipe is the reader's choice; there is nobody left to tell.
    try? handle.write(contentsOf: Data(text.utf8))
  }
}
