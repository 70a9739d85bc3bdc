internal import Corpus
import Glibc
internal import OpenCaches

/// Texts that come from and go to C.
extension Texts {
  /// A text that the caller gave.
  /// - Throws: `.argument` for NULL and for what is not UTF-8; the error calls it `name`.
  static func read(
    _ text: UnsafePointer<CChar>?, _ name: String
  ) throws(InterfaceError) -> String {
    guard let text = unsafe text else {
      throw InterfaceError(.argument, "\(name) is NULL: give a text")
    }
    guard let read = unsafe String(validatingCString: text) else {
      throw InterfaceError(.argument, "\(name) is not UTF-8: give it in that encoding")
    }
    return read
  }

  /// Writes as much of a text as fits, and a 0; returns the length of all of it.
  /// - Throws: `.argument` for a capacity below 0, or above it where there is no buffer.
  static func write(
    _ text: [UInt8], to buffer: UnsafeMutablePointer<CChar>?, capacity: Int64
  ) throws(InterfaceError) -> Int64 {
    guard capacity >= 0, unsafe buffer != nil || capacity == 0 else {
      throw InterfaceError(
        .argument,
        "a buffer \(capacity < 0 ? "has a capacity of \(capacity)" : "is NULL"): give one, or NULL "
          + "with a capacity of 0")
    }
    if let buffer = unsafe buffer, capacity > 0 {
      let fitting = min(text.count, Int(capacity) - 1)
      for (index, byte) in text.prefix(fitting).enumerated() {
        unsafe buffer[index] = CChar(bitPattern: byte)
      }
      unsafe buffer[fitting] = 0
    }
    return Int64(text.count)
  }

  /// A configuration that the caller gave as JSON.
  /// - Throws: `.argument` for what is no text, `.configuration` for what it does not say rightly.
  static func configuration<Options>(
    _ text: UnsafePointer<CChar>?, _ form: JSONForm<Options>
  ) throws(InterfaceError) -> Options {
    try configuration(try unsafe read(text, "configuration"), form)
  }
}
