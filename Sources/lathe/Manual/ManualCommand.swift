import ArgumentParser
import Corpus

/// What the argument parser knows of a command and its arguments (`--experimental-dump-help`), as
/// far as manual pages need it.
struct ManualCommand: Decodable {
  struct Argument: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String

      var text: String { (kind == "long" ? "--" : "-") + name }
    }

    var kind: String
    var shouldDisplay: Bool
    var isOptional: Bool
    var isRepeating: Bool
    var names: [Name]?
    var valueName: String?
    var defaultValue: String?
    var allValues: [String]?
    var abstract: String?
    var discussion: String?
  }

  private struct Dump: Decodable {
    var command: ManualCommand
  }

  var superCommands: [String]?
  var commandName: String
  var abstract: String?
  var discussion: String?
  var subcommands: [ManualCommand]?
  var arguments: [Argument]?

  /// The whole program.
  static func lathe() throws -> ManualCommand {
    try StrictJSON.decode(Dump.self, from: Lathe._dumpHelp().utf8, named: "the help").command
  }

  /// The words that it is called by.
  var words: [String] { (superCommands ?? []) + [commandName] }

  /// Those below it, but for `help`, which the parser adds.
  var verbs: [ManualCommand] { (subcommands ?? []).filter { $0.commandName != "help" } }

  /// Its page and those of all below it.
  var pages: [ManualPage] { [ManualPage(self)] + verbs.flatMap(\.pages) }
}
