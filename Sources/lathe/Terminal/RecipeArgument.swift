import ArgumentParser
import Preparation
import Wording

/// What `--set` takes.
enum RecipeArgument {
  /// Paths and values of arguments such as `mel.bands=64`.
  /// - Throws: `ValidationError` for one without a path or a value.
  static func changes(_ arguments: [String]) throws -> [(path: String, value: String)] {
    try arguments.map { argument in
      guard let sign = argument.firstIndex(of: "="), sign > argument.startIndex else {
        throw ValidationError(
          "--set \(Words.shown(argument)): give PATH=VALUE, such as mel.bands=64.")
      }
      return (String(argument[..<sign]), String(argument[argument.index(after: sign)...]))
    }
  }

  /// The recipe with these changes.
  /// - Throws: `ValidationError` that names the path and what it may be.
  static func changed(_ recipe: Recipe, by arguments: [String]) throws -> Recipe {
    if arguments.isEmpty { return recipe }
    let changes = try changes(arguments)
    do {
      return try recipe.changing(changes)
    } catch {
      throw ValidationError("--set: \(error.subject) \(error.detail); \(error.hint).")
    }
  }
}
