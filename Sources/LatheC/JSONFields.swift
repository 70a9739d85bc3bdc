internal import Corpus
internal import DataLoading
internal import FoundationEssentials

/// The members of a JSON object, read by name and type; what is wrong is named by its path.
struct JSONFields {
  private let members: [String: JSONValue]
  private let path: String

  /// - Parameters:
  ///   - value: must be an object.
  ///   - path: where it stands, "" for the whole text.
  ///   - keys: what it may have.
  /// - Throws: `.configuration` for another value, and for a member that is not among `keys`.
  init(_ value: JSONValue, at path: String, keys: [String]) throws(InterfaceError) {
    self.path = path
    guard case .object(let members) = value else {
      throw Self.refusal(path.isEmpty ? "configuration" : path, "is no object", "write {…}")
    }
    self.members = members
    if let stranger = members.keys.filter({ !keys.contains($0) }).min() {
      throw Self.refusal(
        Self.joined(path, stranger), "is not known", "there are \(keys.joined(separator: ", "))")
    }
  }

  private static func joined(_ path: String, _ key: String) -> String {
    path.isEmpty ? key : "\(path).\(key)"
  }

  private static func refusal(
    _ path: String, _ detail: String, _ hint: String
  ) -> InterfaceError {
    InterfaceError(.configuration, "\(path): \(detail); \(hint)")
  }

  /// An error about a member.
  func refusal(_ key: String, _ detail: String, _ hint: String) -> InterfaceError {
    Self.refusal(Self.joined(path, key), detail, hint)
  }

  /// Whether a member is there, be it null.
  func has(_ key: String) -> Bool { members[key] != nil }

  /// A member that is there and not null.
  subscript(key: String) -> JSONValue? {
    guard let value = members[key], value != .null else { return nil }
    return value
  }

  func text(_ key: String) throws(InterfaceError) -> String? {
    guard let value = self[key] else { return nil }
    guard case .string(let text) = value else {
      throw refusal(key, "is no text", "write it in quotes")
    }
    return text
  }

  func flag(_ key: String) throws(InterfaceError) -> Bool? {
    guard let value = self[key] else { return nil }
    guard case .bool(let flag) = value else {
      throw refusal(key, "is neither true nor false", "write one of them")
    }
    return flag
  }

  func integer(_ key: String) throws(InterfaceError) -> Int? {
    guard let value = self[key] else { return nil }
    guard case .integer(let number) = value else {
      throw refusal(key, "is no whole number that can be used", "write one, such as 128")
    }
    return Int(number)
  }

  func unsigned(_ key: String) throws(InterfaceError) -> UInt64? {
    switch self[key] {
    case nil: return nil
    case .unsigned(let number): return number
    case .integer(let number) where number >= 0: return UInt64(number)
    default: throw refusal(key, "is no whole number from 0 to 2^64 - 1", "write one")
    }
  }

  func number(_ key: String) throws(InterfaceError) -> Double? {
    switch self[key] {
    case nil: return nil
    case .number(let number): return number
    case .integer(let number): return Double(number)
    case .unsigned(let number): return Double(number)
    default: throw refusal(key, "is no number", "write one, such as 0.5")
    }
  }

  /// One of the raw values of an enumeration.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ type: Choice.Type
  ) throws(InterfaceError) -> Choice? where Choice.RawValue == String {
    guard let text = try text(key) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw refusal(key, "there is no '\(text)'", "choose one of \(names)")
    }
    return choice
  }

  /// A value that decodes and checks itself.
  func decoded<Value: Decodable>(
    _ key: String, _ type: Value.Type
  ) throws(InterfaceError) -> Value? {
    guard let value = self[key] else { return nil }
    do {
      return try JSONDecoder().decode(type, from: Data(value.canonicalBytes()))
    } catch let error as LoadingError {
      throw InterfaceError(error)
    } catch DecodingError.dataCorrupted(let context) {
      throw refusal(key, context.debugDescription, "see lathe.h")
    } catch DecodingError.keyNotFound(let missing, _) {
      throw refusal(key, "has no '\(missing.stringValue)'", "see lathe.h")
    } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context)
    {
      let place = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw refusal(
        place.isEmpty ? key : "\(key).\(place)", "is of another type than it should", "see lathe.h")
    } catch {
      throw InterfaceError(.configuration, "\(error)")
    }
  }
}
