import ArgumentParser
import Corpus
import DatasetCache
import Foundation
import Preparation
import Wording

struct RecipeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recipe",
    abstract: "Show, check or list recipes: what is prepared, and how.",
    discussion: """
      Examples:
        lathe recipe list
        lathe recipe show gtzan > mine.json
        lathe recipe show gtzan.lathe
        lathe recipe show gtzan --set sampleRate=16000 --set mel.bands=64
        lathe recipe check mine.json
      """,
    subcommands: [RecipeShow.self, RecipeCheck.self, RecipeList.self])
}

struct RecipeShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print a recipe whole, with all that it leaves to defaults.",
    discussion: """
      The recipe goes to the standard output as JSON, a good beginning of one's own; what each view \
      gives of a minute of audio goes to the standard error.
      """)

  @Argument(
    help: ArgumentHelp(
      "A recipe that comes with Lathe, a file, or a cache that was prepared.",
      valueName: "name|file|cache"), completion: Completions.recipes)
  var recipe: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Change a value first, such as mel.bands=64; may be given several times.",
      valueName: "path=value"), completion: Completions.recipeChanges)
  var changes: [String] = []

  func validate() throws { _ = try RecipeArgument.changes(changes) }

  func run() throws {
    let recipe = try RecipeArgument.changed(RecipeText.recipe(recipe), by: changes)
    try Output.json(recipe, pretty: true)
    RecipeText.lines(recipe).forEach { Output.error($0) }
  }
}

struct RecipeCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Read recipes and say what is wrong with them, or what they would give.",
    discussion: "Ends with exit code 1 where one cannot be used.")

  @Argument(
    help: ArgumentHelp("Recipes by name or file.", valueName: "name|file"),
    completion: Completions.recipes)
  var recipes: [String]

  func run() throws {
    var isGood = true
    for name in recipes {
      do {
        let recipe = try RecipeText.recipe(name)
        Output.line("\(Words.shown(name)): can be used")
        RecipeText.lines(recipe).forEach { Output.line("  " + $0) }
      } catch {
        isGood = false
        Output.error("lathe: \(error)")
      }
    }
    if !isGood { throw ExitCode(Exit.failed) }
  }
}

struct RecipeList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the recipes that are found by name.")

  func run() throws {
    for name in Catalogue.recipeNames {
      do {
        let recipe = try Catalogue.recipe(name)
        let views = recipe.figures.map(\.view.rawValue).joined(separator: ", ")
        Output.line("\(Words.shown(name)): \(Words.count(recipe.sampleRate)) Hz, \(views)")
      } catch {
        Output.line("\(Words.shown(name)): cannot be used; lathe recipe check says why")
      }
    }
  }
}

/// A recipe as a person reads it.
enum RecipeText {
  /// The recipe of a name or a file, or the one that a cache was prepared with.
  static func recipe(_ name: String) throws -> Recipe {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: name, isDirectory: &isFolder), isFolder.boolValue
    else { return try Catalogue.recipe(name) }
    let cache = try Cache.open(at: name, for: .reading)
    guard let description = try cache.description() else {
      throw CacheError(
        kind: .unfinished, operation: "show the recipe", subject: name,
        detail: "it was never prepared", hint: "run lathe prepare")
    }
    return try description.recipe()
  }

  /// A table of what the views give, and what is hardly meant.
  static func lines(_ recipe: Recipe) -> [String] {
    var rows = [
      ["view", "a sample", "slice s", "hop s", "slices a minute", "a minute in the cache"]
    ]
    for view in recipe.figures {
      rows.append([
        view.view.rawValue, view.shape.map { $0.map(Words.count) ?? "…" }.joined(separator: " × "),
        view.sliceSeconds.map { Words.fixed($0, 2) } ?? "whole track",
        view.hopSeconds.map { Words.fixed($0, 2) } ?? "-", Words.count(view.slicesOfMinute),
        Words.bytes(view.bytesOfMinute),
      ])
    }
    return Words.table(rows) + recipe.warnings.map { "warning: " + Words.shown($0) }
  }
}
