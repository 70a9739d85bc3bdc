import Corpus

/// The JSON of a run's records: keys in order, slashes as they are.
///
/// JSON has no word for NaN and infinity, which the loss of a diverged run is: they are the
/// texts `NaN`, `Infinity` and `-Infinity`, which Python's `float` and JavaScript's `Number` read.
enum RunJSON {
  /// - Throws: ``TrainingError`` `.run` for what JSON cannot hold.
  static func encode(
    _ value: some Encodable, subject: String, pretty: Bool
  ) throws(TrainingError) -> [UInt8] {
    do {
      return try OrderedJSON.encode(value, isPretty: pretty, nonNumbers: .named)
        + [UInt8(ascii: "\n")]
    } catch {
      throw TrainingError(kind: .run, subject: subject, detail: "\(error)")
    }
  }

  /// - Throws: ``TrainingError`` `.run` that names the field at fault.
  static func decode<Value: Decodable>(
    _ type: Value.Type, from json: some Collection<UInt8>, subject: String
  ) throws(TrainingError) -> Value {
    do {
      return try StrictJSON.decode(type, from: json, named: "the record", nonNumbers: .named)
    } catch let error as JSONFieldError {
      throw .record(subject, "\(error.subject) \(error.detail)")
    } catch let error as TrainingError {
      throw .record(subject, "\(error.subject): \(error.detail)")
    } catch let error as DecodingError {
      throw .record(subject, description(of: error))
    } catch {
      throw .record(subject, "\(error)")
    }
  }

  private static func description(of error: DecodingError) -> String {
    func field(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
      return path.isEmpty ? "the record" : "'\(path.joined(separator: "."))'"
    }
    switch error {
    case .keyNotFound(let key, let context):
      return "\(field(context)) has no '\(key.stringValue)'"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      return "\(field(context)) is no \(type)"
    case .dataCorrupted(let context):
      return "\(field(context)): \(context.debugDescription)"
    @unknown default: return "\(error)"
    }
  }
}
