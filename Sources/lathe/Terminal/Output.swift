import Corpus
import Foundation
import Synchronization
import Wording

/// What a command says: results on the standard output, everything else on the standard error.
///
/// This is the one way out, and what passes it cannot move the cursor or hide: line ends and
/// terminal escapes in a line are spelt out, whoever wrote them (see ``Words/shown(_:)``).
enum Output {
  /// A line of results.
  static func line(_ text: String = "") {
    write(Words.shown(text) + "\n", to: .standardOutput)
  }

  /// Several lines of our own words, such as help.
  static func lines(_ text: String) {
    write(Words.shownLines(text) + "\n", to: .standardOutput)
  }

  /// JSON that brings its own line ends.
  static func text(json: String) {
    write(Words.shownJSON(json), to: .standardOutput)
  }

  /// A value as one line of JSON, keys in order.
  static func json(_ value: some Encodable, pretty: Bool = false) throws {
    write(try jsonText(value, pretty: pretty), to: .standardOutput)
  }

  /// The line of JSON that ``json(_:pretty:)`` writes, its end included.
  static func jsonText(_ value: some Encodable, pretty: Bool = false) throws -> String {
    let json = try OrderedJSON.encode(value, isPretty: pretty)
    return Words.shownJSON(String(decoding: json, as: UTF8.self)) + "\n"
  }

  /// A line for the person who watches.
  static func error(_ text: String) {
    write(Words.shown(text) + "\n", to: .standardError)
  }

  /// Several lines of our own words for the person who watches, such as wrong usage.
  static func errors(_ text: String) {
    write(Words.shownLines(text) + "\n", to: .standardError)
  }

  /// A question that is answered on the same line.
  static func ask(_ text: String) {
    write(Words.shown(text) + " ", to: .standardError)
  }

  /// Draws a line without an end over the one that was drawn before.
  static func draw(_ text: String) {
    write("\r\u{1B}[K" + Words.shown(text), to: .standardError)
  }

  /// Takes a drawn line away.
  static func erase() {
    write("\r\u{1B}[K", to: .standardError)
  }

  /// Ends a drawn line: what is written next begins below it.
  static func endLine() {
    write("\n", to: .standardError)
  }

  /// Why results could not be written, if so. A closed pipe is the reader's choice (`| head`).
  static var failure: String? {
    let code = firstError.load(ordering: .relaxed)
    return code == 0 || code == EPIPE ? nil : String(cString: strerror(code))
  }

  private static let firstError = Atomic<Int32>(0)

  private static func write(_ text: String, to handle: FileHandle) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.write(handle.fileDescriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        // That the standard error is closed cannot be reported anywhere.
        if handle === FileHandle.standardOutput {
          _ = firstError.compareExchange(expected: 0, desired: errno, ordering: .relaxed)
        }
        return
      }
      rest = rest.dropFirst(count)
    }
  }
}
