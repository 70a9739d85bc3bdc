import Wording

/// Why a recipe cannot be used.
public struct RecipeError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where in the recipe: a JSON path such as `views.mel.bands`.
  public let subject: String
  /// What is wrong there.
  public let detail: String
  /// What to do about it.
  public let hint: String

  /// One line: path, fault, remedy.
  public var description: String {
    Words.shown("recipe: \(subject) \(detail); \(hint)")
  }

  /// Throws unless `holds`.
  static func require(
    _ holds: Bool, _ subject: String, _ detail: @autoclosure () -> String, _ hint: String
  ) throws(RecipeError) {
    if !holds { throw RecipeError(subject: subject, detail: detail(), hint: hint) }
  }
}
