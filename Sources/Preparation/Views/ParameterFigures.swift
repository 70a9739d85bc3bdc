internal import Corpus

/// A parameter of a kind of view as lists show it.
public struct ParameterFigures: Sendable, Hashable {
  /// What recipes call it.
  public let name: String
  /// Its default as JSON; nil where it may be left out and then stands for something else.
  public let standard: String?
  /// What it may be, in words.
  public let range: String
  /// What it means.
  public let help: String
}

extension ViewKind {
  /// The parameters in the order in which the kind declares them.
  public static var parameterFigures: [ParameterFigures] {
    let usual = Self()
    return parameters.map { parameter in
      ParameterFigures(
        name: parameter.name,
        standard: parameter.write(usual).map {
          String(decoding: $0.canonicalBytes(), as: UTF8.self)
        }, range: parameter.range, help: parameter.help)
    }
  }
}
