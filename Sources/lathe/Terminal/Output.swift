import Foundation
import Synchronization

/// What a command says: results on the standard output, everything else on the standard error.
enum Output {
  /// A line of results.
  static func line(_ text: String = "") {
    write(text + "\n", to: .standardOutput)
  }

  /// Text of results that brings its own line ends.
  static func text(_ text: String) {
    write(text, to: .standardOutput)
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
        // Nobody can be told of a standard error that is closed.
        if handle === FileHandle.standardOutput {
          _ = firstError.compareExchange(expected: 0, desired: errno, ordering: .relaxed)
        }
        return
      }
      rest = rest.dropFirst(count)
    }
  }
}
