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

  /// A whole number.
  public static func integer(
    _ name: String, _ path: any WritableKeyPath<Kind, Int> & Sendable, _ range: ClosedRange<Int>,
    _ help: String
  ) -> ViewParameter {
    let words = inWords(range)
    return ViewParameter(
      name: name, help: help, range: words,
      read: { kind, value throws(ViewFault) in
        kind[keyPath: path] = try JSONForm.whole(in: range).read(value, named: name)
      }, write: { .integer(Int64($0[keyPath: path])) })
  }

  /// A whole number that may be left out.
  public static func integer(
    _ name: String, _ path: any WritableKeyPath<Kind, Int?> & Sendable, _ range: ClosedRange<Int>,
    _ help: String
  ) -> ViewParameter {
    let words = inWords(range)
    return ViewParameter(
      name: name, help: help, range: words,
      read: { kind, value throws(ViewFault) in
        kind[keyPath: path] = try JSONForm.whole(in: range).read(value, named: name)
      }, write: { $0[keyPath: path].map { .integer(Int64($0)) } })
  }

  /// A number.
  public static func number(
    _ name: String, _ path: any WritableKeyPath<Kind, Double> & Sendable,
    _ range: ClosedRange<Double>,
    _ help: String
  ) -> ViewParameter {
    ViewParameter(
      name: name, help: help, range: inWords(range),
      read: { kind, value throws(ViewFault) in
        kind[keyPath: path] = try JSONForm.number(in: range).read(value, named: name)
      }, write: { .number($0[keyPath: path]) })
  }

  /// A number that may be left out.
  public static func number(
    _ name: String, _ path: any WritableKeyPath<Kind, Double?> & Sendable,
    _ range: ClosedRange<Double>, _ help: String
  ) -> ViewParameter {
    ViewParameter(
      name: name, help: help, range: inWords(range),
      read: { kind, value throws(ViewFault) in
        kind[keyPath: path] = try JSONForm.number(in: range).read(value, named: name)
      }, write: { $0[keyPath: path].map { .number($0) } })
  }

  /// One of several words.
  public static func choice<Choice: RawRepresentable & CaseIterable & Sendable>(
    _ name: String, _ path: any WritableKeyPath<Kind, Choice> & Sendable, _ help: String
  ) -> ViewParameter where Choice.RawValue == String {
    let words = Choice.allCases.map(\.rawValue)
    return ViewParameter(
      name: name, help: help, range: words.joined(separator: ", "),
      read: { kind, value throws(ViewFault) in
        kind[keyPath: path] = try JSONForm<Choice>.choice.read(value, named: name)
      }, write: { .string($0[keyPath: path].rawValue) })
  }

  /// One of several words, which may be left out.
  public static func choice<Choice: RawRepresentable & CaseIterable & Sendable>(
    _ name: String, _ path: any WritableKeyPath<Kind, Choice?> & Sendable, _ help: String
  ) -> ViewParameter where Choice.RawValue == String {
    let words = Choice.allCases.map(\.rawValue)
    return ViewParameter(
      name: name, help: help, range: words.joined(separator: ", "),
      read: { kind, value throws(ViewFault) in
        kind[keyPath: path] = try JSONForm<Choice>.choice.read(value, named: name)
      }, write: { $0[keyPath: path].map { .string($0.rawValue) } })
  }

  /// Yes or no.
  public static func flag(
    _ name: String, _ path: any WritableKeyPath<Kind, Bool> & Sendable, _ help: String
  ) -> ViewParameter {
    ViewParameter(
      name: name, help: help, range: "true or false",
      read: { kind, value throws(ViewFault) in
        kind[keyPath: path] = try JSONForm.flag.read(value, named: name)
      }, write: { .bool($0[keyPath: path]) })
  }

  /// A text.
  public static func text(
    _ name: String, _ path: any WritableKeyPath<Kind, String> & Sendable, _ help: String
  ) -> ViewParameter {
    ViewParameter(
      name: name, help: help, range: "a text",
      read: { kind, value throws(ViewFault) in
        kind[keyPath: path] = try JSONForm.text.read(value, named: name)
      }, write: { .string($0[keyPath: path]) })
  }

  /// A list of texts.
  public static func texts(
    _ name: String, _ path: any WritableKeyPath<Kind, [String]> & Sendable, _ help: String
  ) -> ViewParameter {
    ViewParameter(
      name: name, help: help, range: "a list of texts",
      read: { kind, value throws(ViewFault) in
        kind[keyPath: path] = try JSONForm.list(of: .text).read(value, named: name)
      }, write: { .array($0[keyPath: path].map { .string($0) }) })
  }

  /// A list of whole numbers.
  public static func integers(
    _ name: String, _ path: any WritableKeyPath<Kind, [Int]> & Sendable, _ range: ClosedRange<Int>,
    _ help: String
  ) -> ViewParameter {
    ViewParameter(
      name: name, help: help, range: "a list of \(inWords(range))",
      read: { kind, value throws(ViewFault) in
        kind[keyPath: path] = try JSONForm.list(of: .whole(in: range)).read(value, named: name)
      }, write: { .array($0[keyPath: path].map { .integer(Int64($0)) }) })
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
