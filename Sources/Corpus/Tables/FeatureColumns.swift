import Wording

/// Which columns of a table are features: numbers that are learnt from.
public enum FeatureColumns: Sendable, Hashable {
  /// Every column but `filename`, `length`, `label`, `labels` and those without a name.
  case all
  /// Every column, each of which must be one of these: a table of a view. One that is not, such as
  /// the row numbers that pandas writes as `Unnamed: 0`, may give the label away, so it is refused
  /// by name.
  case only([String])
  /// Those of these that the table has; the others are passed over.
  case among([String])
  /// Exactly these, in this order; the others are passed over.
  case named([String])

  /// What every table may have beside its features.
  private static let notFeatures: Set<String> = ["filename", "length", "label", "labels"]

  /// The features of a table.
  /// - Parameter header: the named columns of the table, in order.
  func chosen(from header: [String]) throws(Problem) -> [String] {
    let features = header.filter { !Self.notFeatures.contains($0) }
    switch self {
    case .all: return try Self.some(features)
    case .only(let known):
      let known = Set(known)
      let strays = features.filter { !known.contains($0) }
      guard strays.isEmpty else { throw Self.refused(strays, hasOthers: strays != features) }
      return try Self.some(features)
    case .among(let known):
      return try Self.some(features.filter(Set(known).contains))
    case .named(let names):
      if let missing = names.first(where: { !header.contains($0) }) {
        throw Problem(
          detail: "names no column \(NameRules.quoted(missing))",
          hint: "it has \(Self.list(features))")
      }
      if let name = names.first(where: { ["filename", "label", "labels"].contains($0) }) {
        throw Problem(
          detail: "has \(NameRules.quoted(name)) to say what a row is",
          hint: "choose other columns to learn from")
      }
      if let twice = names.indices.first(where: { names[..<$0].contains(names[$0]) }) {
        throw Problem(
          detail: "is to give the column \(NameRules.quoted(names[twice])) twice",
          hint: "name each column once")
      }
      return try Self.some(names)
    }
  }

  /// What is wrong with a table's columns.
  struct Problem: Error {
    let detail: String
    let hint: String
  }

  private static func some(_ columns: [String]) throws(Problem) -> [String] {
    if columns.isEmpty { throw Problem(detail: "has no column of numbers", hint: "add features") }
    return columns
  }

  private static func refused(_ strays: [String], hasOthers: Bool) -> Problem {
    let which =
      strays.count == 1
      ? "the column \(list(strays)), which is no feature of the view"
      : "the columns \(list(strays)), which are no features of the view"
    let names = strays.prefix(3).joined(separator: ",") + (strays.count > 3 ? ",…" : "")
    return Problem(
      detail: "has \(which)",
      hint: hasOthers
        ? "add --columns view to learn from the others, or --columns NAME,NAME,… to choose"
        : "if these are your features, add --columns '\(names)'")
  }

  private static func list(_ names: [String]) -> String {
    Words.list(names.map(NameRules.quoted), atMost: 12)
  }
}
