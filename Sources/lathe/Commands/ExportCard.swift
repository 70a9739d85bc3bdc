import ArgumentParser
import DatasetCache
import Exporting
import Wording

struct ExportCard: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "card",
    abstract: "Write a card of the prepared dataset in Markdown.",
    discussion: """
      What it is, how it was made (recipe, profile, versions), its splits with their audits, what is wrong \
      with tracks and what became of them, licences and citations.

      Example:
        lathe export card gtzan.lathe --output README.md
      """)

  @Argument(help: "The cache.", completion: .directory)
  var cache: String

  @Option(
    help: "The file to write; - for the standard output.", completion: .file(extensions: ["md"]))
  var output: String

  @Flag(help: "Replace a file that is there.")
  var overwrite = false

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output is empty: give a file, or -.") }
  }

  func run() throws {
    if output != "-" { try OwnFiles.refuse(output, in: cache) }
    let card = try DatasetCardText(try Cache.open(at: cache, for: .reading))
    do {
      try card.write(to: ExportTarget(output, isReplacing: overwrite))
    } catch ExportError.readerGone {
      return
    }
    if output != "-" { Output.error("card written to \(Words.shown(output))") }
  }
}
