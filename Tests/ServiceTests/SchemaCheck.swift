import Corpus

/// Checks JSON against the few words of JSON Schema that the description uses.
struct SchemaCheck {
  let schemas: [String: JSONValue]

  /// What is wrong with a value, with the path; empty where nothing is.
  func faults(_ value: JSONValue, _ schema: JSONValue, at path: String = "$") -> [String] {
    guard case .object(let words) = schema else { return ["\(path): the schema is no object"] }
    if case .string(let reference)? = words["$ref"] {
      let name = reference.split(separator: "/").last.map(String.init) ?? ""
      guard let meant = schemas[name] else { return ["\(path): no schema \(name)"] }
      return faults(value, meant, at: path)
    }
    if case .array(let choices)? = words["oneOf"] {
      let fitting = choices.filter { faults(value, $0, at: path).isEmpty }
      return fitting.count == 1 ? [] : ["\(path): \(fitting.count) of oneOf fit"]
    }
    var types: [String] = []
    switch words["type"] {
    case .string(let type)?: types = [type]
    case .array(let list)?:
      types = list.compactMap { if case .string(let type) = $0 { type } else { nil } }
    default: break
    }
    if !types.isEmpty, !types.contains(where: { Self.has(value, $0) }) {
      return ["\(path): \(value) is no \(types.joined(separator: " or "))"]
    }
    switch value {
    case .array(let items):
      guard let item = words["items"] else { return [] }
      return items.enumerated().flatMap { faults($1, item, at: "\(path)[\($0)]") }
    case .object(let members): return self.members(members, words, at: path)
    default: return []
    }
  }

  private func members(
    _ members: [String: JSONValue], _ words: [String: JSONValue], at path: String
  ) -> [String] {
    var found: [String] = []
    var properties: [String: JSONValue] = [:]
    if case .object(let named)? = words["properties"] { properties = named }
    if case .array(let required)? = words["required"] {
      for case .string(let name) in required where members[name] == nil {
        found.append("\(path): \(name) is missing")
      }
    }
    for (name, value) in members {
      if let schema = properties[name] ?? objectSchema(words["additionalProperties"]) {
        found += faults(value, schema, at: "\(path).\(name)")
      } else if words["additionalProperties"] == .bool(false) {
        found.append("\(path): \(name) is not described")
      }
    }
    return found
  }

  private func objectSchema(_ schema: JSONValue?) -> JSONValue? {
    if case .object? = schema { return schema }
    return nil
  }

  private static func has(_ value: JSONValue, _ type: String) -> Bool {
    switch (type, value) {
    case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array),
      ("object", .object), ("integer", .integer), ("integer", .unsigned), ("number", .integer),
      ("number", .unsigned), ("number", .number):
      true
    default: false
    }
  }
}
