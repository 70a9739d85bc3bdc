package import Corpus

/// The JSON that is given and taken.
package enum Texts {
  /// The canonical JSON of a value.
  package static func json(_ value: JSONValue) -> [UInt8] { value.canonicalBytes() }

  /// The same of what encodes itself.
  /// - Throws: `.system` for numbers that are not finite, which JSON cannot say.
  package static func json(encoding value: some Encodable) throws(InterfaceError) -> [UInt8] {
    do { return try CanonicalJSON.encode(value) } catch {
      throw InterfaceError(.system, "cannot be written as JSON: \(error)")
    }
  }

  /// A configuration that the caller gave as JSON.
  /// - Throws: `.configuration` for what it does not say rightly.
  package static func configuration<Options>(
    _ text: String, _ form: JSONForm<Options>
  ) throws(InterfaceError) -> Options {
    try options(try parse(text, "configuration"), form)
  }

  /// A configuration that was read already.
  /// - Throws: `.configuration` for what it does not say rightly.
  package static func options<Options>(
    _ json: JSONValue, _ form: JSONForm<Options>
  ) throws(InterfaceError) -> Options {
    do throws(JSONFieldError) { return try form.read(json, at: "") } catch {
      throw InterfaceError(error)
    }
  }

  /// Reads JSON.
  /// - Throws: `.configuration`; the error calls the text `name`.
  package static func parse(_ text: String, _ name: String) throws(InterfaceError) -> JSONValue {
    do throws(JSONFieldError) {
      return try JSONValue(json: text.utf8, named: name)
    } catch {
      throw InterfaceError(
        .configuration, "\(error); NaN and infinity have no word in JSON")
    }
  }
}
