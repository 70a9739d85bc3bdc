import ArgumentParser
import Corpus

/// The verbs of the command line, to suggest one for a mistyped verb.
enum Verbs {
  /// The verb, with those above it, that the first words most likely stand for; nil where they are
  /// verbs, or like none.
  static func meant(_ arguments: some Sequence<String>) -> String? {
    var verb: any ParsableCommand.Type = Lathe.self
    var path: [String] = []
    for word in arguments {
      let verbs = verb.configuration.subcommands
      if word.hasPrefix("-") || verbs.isEmpty { return nil }
      if let next = verbs.first(where: { name(of: $0) == word }) {
        verb = next
        path.append(word)
      } else {
        return NearNames.near(word, in: verbs.map(name(of:)), atMost: 1).first
          .map { (path + [$0]).joined(separator: " ") }
      }
    }
    return nil
  }

  private static func name(of verb: any ParsableCommand.Type) -> String {
    verb.configuration.commandName ?? String(describing: verb).lowercased()
  }
}
