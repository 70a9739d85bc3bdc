/// A JSON object whose fields are read one by one, by name and form; what nobody read is refused.
///
/// A format's keys are thereby written once, where they are read:
///
///     let noise = JSONForm<Noise>.object { fields throws(JSONFieldError) in
///       Noise(
///         probability: try fields.optional("probability", .number(in: 0...1)) ?? 1,
///         decibels: try fields.required("decibels", .interval))
///     }
///     try noise.read(value, at: "noise")  // {"decibel": [0, 9]}: noise.decibel is not known; did you …
///
/// A null stands for a field that is left out. The fields may be read in any order.
public final class StrictObject {
  /// Where the object stands in its text, such as `views.mel`; empty for the whole text.
  public let path: String
  private let name: String
  /// By the name that the format gives a field: how it is spelt in this text, and its value.
  private let members: [String: (spelling: String, value: JSONValue)]
  /// The names that were asked for, in this order: what the format has here.
  private var known: [String] = []
  private var isOpen = false

  /// - Parameters:
  ///   - value: must be an object.
  ///   - path: where it stands; empty for the whole text.
  ///   - name: what errors call the whole text.
  ///   - spelling: the format's name for a key as it is spelt, where several spellings are read.
  /// - Throws: ``JSONFieldError`` for a value that is no object, and for a field given in two
  ///   spellings.
  init(
    _ value: JSONValue, at path: String, named name: String,
    spelling: (String) -> String = { $0 }
  ) throws(JSONFieldError) {
    self.path = path
    self.name = name
    guard case .object(let fields) = value else {
      throw JSONFieldError(
        at: path.isEmpty ? name : path, "is \(value.inWords)", hint: "give an object, {…}")
    }
    var members: [String: (spelling: String, value: JSONValue)] = [:]
    // Hostile objects have many keys: they are put in order only where an error needs it.
    var repeated: [String] = []
    for (key, value) in fields {
      if let other = members.updateValue((key, value), forKey: spelling(key)) {
        repeated.append(ByteOrder.precedes(key, other.spelling) ? other.spelling : key)
      }
    }
    if let key = repeated.min(by: ByteOrder.precedes) {
      throw JSONFieldError(
        at: JSONPath.field(key, of: path), "is given twice", hint: "give it once")
    }
    self.members = members
  }

  /// A field that may be left out, or be null.
  /// - Throws: ``JSONFieldError`` where it is there in another form.
  public func optional<Value>(
    _ key: String, _ form: JSONForm<Value>
  ) throws(JSONFieldError) -> Value? {
    if !known.contains(key) { known.append(key) }
    guard let member = members[key], member.value != .null else { return nil }
    return try form.read(member.value, at: JSONPath.field(member.spelling, of: path))
  }

  /// A field that must be there.
  /// - Throws: ``JSONFieldError`` where it is not, or in another form. Where another field looks
  ///   like a misspelling of it, the error is about that one.
  public func required<Value>(
    _ key: String, _ form: JSONForm<Value>
  ) throws(JSONFieldError) -> Value {
    if let value = try optional(key, form) { return value }
    let meant = members.keys.filter { !known.contains($0) && isNear($0, key) }
    if members[key] == nil, let first = meant.min(by: ByteOrder.precedes) { throw unknown(first) }
    throw JSONFieldError(
      at: JSONPath.field(key, of: path), members[key] == nil ? "is missing" : "is null",
      hint: "give \(form.expected)")
  }

  /// Whether a field is there, be it null.
  public func has(_ key: String) -> Bool {
    if !known.contains(key) { known.append(key) }
    return members[key] != nil
  }

  /// The fields that nobody has asked for yet, for a format that keeps what it does not know.
  public func rest() -> [String: JSONValue] {
    isOpen = true
    return members.filter { !known.contains($0.key) }.mapValues(\.value)
  }

  /// An error about a field.
  public func error(_ key: String, _ detail: String, hint: String) -> JSONFieldError {
    JSONFieldError(
      at: JSONPath.field(members[key]?.spelling ?? key, of: path), detail, hint: hint)
  }

  /// Refuses the first field, by name, that nobody asked for.
  func finish() throws(JSONFieldError) {
    if isOpen { return }
    if let key = members.keys.filter({ !known.contains($0) }).min(by: ByteOrder.precedes) {
      throw unknown(key)
    }
  }

  private func isNear(_ given: String, _ key: String) -> Bool {
    !NearNames.near(given, in: [key]).isEmpty
  }

  /// An error about a field that the format does not have, with those that were perhaps meant.
  private func unknown(_ key: String) -> JSONFieldError {
    let near = NearNames.near(key, in: known)
    let meant = near.isEmpty ? "" : "did you mean \(near.joined(separator: " or "))? "
    let all = known.joined(separator: ", ")
    return error(
      key, "is not known",
      hint: known.isEmpty ? "leave it out" : "\(meant)here may stand \(all)")
  }
}
