internal import Corpus
import Glibc

/// Texts that come from and go to C.
enum Texts {
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
      for (place, byte) in text.prefix(fitting).enumerated() {
        unsafe buffer[place] = CChar(bitPattern: byte)
      }
      unsafe buffer[fitting] = 0
    }
    return Int64(text.count)
  }

  /// The canonical JSON of a value.
  static func json(_ value: JSONValue) -> [UInt8] { value.canonicalBytes() }

  /// The same of what encodes itself.
  /// - Throws: `.system` for numbers that are not finite, which JSON cannot say.
  static func json(encoding value: some Encodable) throws(InterfaceError) -> [UInt8] {
    do { return try CanonicalJSON.encode(value) } catch {
      throw InterfaceError(.system, "cannot be written as JSON: \(error)")
    }
  }

  /// A configuration that the caller gave as JSON.
  /// - Throws: `.argument` for what is no text, `.configuration` for what it does not say rightly.
  static func configuration<Options>(
    _ text: UnsafePointer<CChar>?, _ form: JSONForm<Options>
  ) throws(InterfaceError) -> Options {
    let json = try parse(try unsafe read(text, "configuration"), "configuration")
    do throws(JSONFieldError) { return try form.read(json, at: "") } catch {
      throw InterfaceError(error)
    }
  }

  /// Reads JSON.
  /// - Throws: `.configuration`; the error calls the text `name`.
  static func parse(_ text: String, _ name: String) throws(InterfaceError) -> JSONValue {
    do throws(JSONFieldError) {
      return try JSONValue(json: text.utf8, named: name)
    } catch {
      throw InterfaceError(
        .configuration, "\(error); NaN and infinity have no word in JSON")
    }
  }
}
