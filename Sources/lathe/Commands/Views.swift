import ArgumentParser
import Corpus
import Preparation
import Wording

struct Views: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the kinds of view that a recipe can name, with every parameter.",
    discussion: """
      A recipe names any number of views, each of a kind: "mel64": {"kind": "mel", "bands": 64, "slices": …}. \
      Without a kind a view is of the kind that it is named after. Besides its own parameters every view \
      has slices (length, hop, required and maximumCount in samples, or lengthSeconds and hopSeconds; \
      none for whole tracks), precision (full, or float16 for half the cache) and channels (mono, stereo, \
      left, right or side).

      Examples:
        lathe views
        lathe views mel
        lathe prepare music --cache music.lathe --set mel64.kind=mel --set mel64.bands=64 \\
          --set mel64.slices.lengthSeconds=2 --set mel64.slices.hopSeconds=2
      """)

  @Argument(
    help: "A kind; all if not given.",
    completion: .list(ViewRegistry.builtIn.names))
  var kind: String?

  @Flag(help: "Print them as JSON.")
  var json = false

  func run() throws {
    var kinds = ViewRegistry.builtIn.kinds.filter { $0.isForRecipes }
    if let kind {
      kinds = kinds.filter { $0.name == kind }
      if kinds.isEmpty {
        let near = NearNames.near(kind, in: ViewRegistry.builtIn.names)
        let meant = near.isEmpty ? "" : " Did you mean \(near.joined(separator: " or "))?"
        throw ValidationError(
          "There is no kind \(Words.quoted(kind)).\(meant) The kinds are "
            + "\(ViewRegistry.builtIn.names.joined(separator: ", ")).")
      }
    }
    if json { return try Output.json(kinds.map(ViewKindText.json), pretty: true) }
    for kind in kinds { ViewKindText.lines(kind).forEach { Output.line($0) } }
  }
}

/// A kind of view as a person reads it.
enum ViewKindText {
  static func lines(_ kind: any ViewKind.Type) -> [String] {
    let rows = kind.parameterFigures.map { parameter in
      (
        name: "  \(parameter.name)" + (parameter.standard.map { "=\($0)" } ?? ""),
        help: parameter.help, range: parameter.range
      )
    }
    let width = rows.map(\.name.count).max() ?? 0
    return ["\(kind.name): \(kind.summary)"]
      + rows.flatMap { row in
        let indent = String(repeating: " ", count: width + 2)
        return [row.name + indent.dropFirst(row.name.count) + row.help, indent + row.range]
      }
  }

  static func json(_ kind: any ViewKind.Type) -> JSONValue {
    .object([
      "kind": .string(kind.name), "summary": .string(kind.summary),
      "parameters": .array(
        kind.parameterFigures.map {
          .object([
            "name": .string($0.name), "default": $0.standard.map { .string($0) } ?? .null,
            "range": .string($0.range), "help": .string($0.help),
          ])
        }),
    ])
  }
}
