internal import Corpus
internal import Wording

/// A parameter of a kind of view: how it is called and meant, what it may be, and where the kind
/// keeps it.
///
/// One declaration serves the reading of recipes, the refusal of what is out of range, fingerprints
/// and `lathe views`.
public struct ViewParameter<Kind: ViewKind>: Sendable {
  /// What recipes call it.
  public let name: String
  /// What it means, in half a line.
  public let help: String
  /// What it may be, in words, such as "1 to 4,096".
  public let range: String
  /// Whether a value that is the default is left out of recipes and fingerprints: so it must be
  /// where a kind has got a parameter that caches of earlier versions do not have.
  public let isHiddenByDefault: Bool
  /// Sets it.
  let read: @Sendable (inout Kind, JSONValue) throws(ViewFault) -> Void
  /// What it is; nil for none.
  let write: @Sendable (Kind) -> JSONValue?

  /// A parameter that is left out of recipes and fingerprints where it has its default.
  public var hiddenByDefault: ViewParameter {
    ViewParameter(
      name: name, help: help, range: range, isHiddenByDefault: true, read: read, write: write)
  }

  private init(
    name: String, help: String, range: String, isHiddenByDefault: Bool = false,
    read: @escaping @Sendable (inout Kind, JSONValue) throws(ViewFault) -> Void,
    write: @escaping @Sendable (Kind) -> JSONValue?
  ) {
    self.name = name
    self.help = help
    self.range = range
    self.isHiddenByDefault = isHiddenByDefault
    self.read = read
    self.write = write
  }

  /// A parameter that a kind always has.
  private init<Value>(
    _ name: String, _ path: any WritableKeyPath<Kind, Value> & Sendable, _ range: String,
    _ help: String, form: @escaping @Sendable () -> JSONForm<Value>,
    json: @escaping @Sendable (Value) -> JSONValue
  ) {
    self.init(
      name: name, help: help, range: range,
      read: { kind, value throws(ViewFault) in
        kind[keyPath: path] = try form().read(value, named: name)
      }, write: { json($0[keyPath: path]) })
  }

  /// A parameter that may be left out.
  private init<Value>(
    optional name: String, _ path: any WritableKeyPath<Kind, Value?> & Sendable, _ range: String,
    _ help: String, form: @escaping @Sendable () -> JSONForm<Value>,
    json: @escaping @Sendable (Value) -> JSONValue
  ) {
    self.init(
      name: name, help: help, range: range,
      read: { kind, value throws(ViewFault) in
        kind[keyPath: path] = try form().read(value, named: name)
      }, write: { $0[keyPath: path].map(json) })
  }
}

extension ViewParameter {
  /// A whole number.
  public static func integer(
    _ name: String, _ path: any WritableKeyPath<Kind, Int> & Sendable, _ range: ClosedRange<Int>,
    _ help: String
  ) -> ViewParameter {
    ViewParameter(name, path, inWords(range), help, form: { .whole(in: range) }, json: json)
  }

  /// A whole number that may be left out.
  public static func integer(
    _ name: String, _ path: any WritableKeyPath<Kind, Int?> & Sendable, _ range: ClosedRange<Int>,
    _ help: String
  ) -> ViewParameter {
    ViewParameter(
      optional: name, path, inWords(range), help, form: { .whole(in: range) }, json: json)
  }

  /// A number.
  public static func number(
    _ name: String, _ path: any WritableKeyPath<Kind, Double> & Sendable,
    _ range: ClosedRange<Double>, _ help: String
  ) -> ViewParameter {
    ViewParameter(
      name, path, inWords(range), help, form: { .number(in: range) }, json: { .number($0) })
  }

  /// A number that may be left out.
  public static func number(
    _ name: String, _ path: any WritableKeyPath<Kind, Double?> & Sendable,
    _ range: ClosedRange<Double>, _ help: String
  ) -> ViewParameter {
    ViewParameter(
      optional: name, path, inWords(range), help, form: { .number(in: range) },
      json: { .number($0) })
  }

  /// One of several words.
  public static func choice<Choice: RawRepresentable & CaseIterable & Sendable>(
    _ name: String, _ path: any WritableKeyPath<Kind, Choice> & Sendable, _ help: String
  ) -> ViewParameter where Choice.RawValue == String {
    ViewParameter(
      name, path, words(of: Choice.self), help, form: { .choice }, json: { .string($0.rawValue) })
  }

  /// One of several words, which may be left out.
  public static func choice<Choice: RawRepresentable & CaseIterable & Sendable>(
    _ name: String, _ path: any WritableKeyPath<Kind, Choice?> & Sendable, _ help: String
  ) -> ViewParameter where Choice.RawValue == String {
    ViewParameter(
      optional: name, path, words(of: Choice.self), help, form: { .choice },
      json: { .string($0.rawValue) })
  }

  /// Yes or no.
  public static func flag(
    _ name: String, _ path: any WritableKeyPath<Kind, Bool> & Sendable, _ help: String
  ) -> ViewParameter {
    ViewParameter(name, path, "true or false", help, form: { .flag }, json: { .bool($0) })
  }

  /// A text.
  public static func text(
    _ name: String, _ path: any WritableKeyPath<Kind, String> & Sendable, _ help: String
  ) -> ViewParameter {
    ViewParameter(name, path, "a text", help, form: { .text }, json: { .string($0) })
  }

  /// A list of texts.
  public static func texts(
    _ name: String, _ path: any WritableKeyPath<Kind, [String]> & Sendable, _ help: String
  ) -> ViewParameter {
    ViewParameter(
      name, path, "a list of texts", help, form: { .list(of: .text) },
      json: { .array($0.map { .string($0) }) })
  }

  /// A list of whole numbers.
  public static func integers(
    _ name: String, _ path: any WritableKeyPath<Kind, [Int]> & Sendable, _ range: ClosedRange<Int>,
    _ help: String
  ) -> ViewParameter {
    ViewParameter(
      name, path, "a list of \(inWords(range))", help,
      form: { .list(of: .whole(in: range)) }, json: { .array($0.map(json)) })
  }

  private static func json(_ number: Int) -> JSONValue { .integer(Int64(number)) }

  private static func words<Choice: RawRepresentable & CaseIterable>(
    of choices: Choice.Type
  ) -> String where Choice.RawValue == String {
    Choice.allCases.map(\.rawValue).joined(separator: ", ")
  }
}

private func inWords(_ range: ClosedRange<Int>) -> String {
  "\(Words.count(range.lowerBound)) to \(Words.count(range.upperBound))"
}

private func inWords(_ range: ClosedRange<Double>) -> String {
  func number(_ value: Double) -> String {
    Int(exactly: value).map { Words.count($0) } ?? "\(value)"
  }
  return "\(number(range.lowerBound)) to \(number(range.upperBound))"
}

extension JSONForm {
  /// The value of a parameter.
  fileprivate func read(_ json: JSONValue, named name: String) throws(ViewFault) -> Value {
    do throws(JSONFieldError) { return try read(json, at: name) } catch {
      throw ViewFault(name, error.detail, hint: error.hint)
    }
  }
}
