/// JSON as files and lines hold it: keys in order and slashes as they are, so that equal values
/// have equal bytes. Fingerprints are taken over ``CanonicalJSON`` instead, whose numbers no
/// encoder decides on.
public enum OrderedJSON {
  /// What becomes of numbers that JSON has no word for.
  public enum NonNumbers: Sendable {
    /// They are refused.
    case refused
    /// They are the texts `NaN`, `Infinity` and `-Infinity`, which Python's `float` and
    /// JavaScript's `Number` read.
    case named
  }

  /// The text of a value, without a line end behind it.
  /// - Parameter isPretty: on several lines, for people.
  /// - Throws: `EncodingError` for what JSON cannot hold.
  public static func encode(
    _ value: some Encodable, isPretty: Bool = false, nonNumbers: NonNumbers = .refused
  ) throws -> [UInt8] {
    var writer = JSONWriter(isPretty ? .pretty : .record)
    try EncodedJSON(value, nonNumbers: nonNumbers).write(to: &writer)
    return writer.bytes
  }
}
