import ArgumentParser
import Reporting
import Wording

struct ManCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "man",
    abstract: "Write the manual pages: lathe.1, and one for every verb.",
    discussion: """
      Pages that are there are replaced. man finds them in a folder man1 below one of MANPATH.

      Example:
        lathe man --to ~/.local/share/man/man1
        man lathe-prepare
      """)

  @Option(help: "The folder to write into; made where it is missing.", completion: .directory)
  var to: String

  func validate() throws {
    if to.isEmpty { throw ValidationError("--to is empty: give a folder.") }
  }

  func run() throws {
    let command = try ManualCommand.lathe()
    try OutputFile.makeFolder(to)
    var pages = 0
    for page in command.pages {
      try OutputFile.write(Array(page.text.utf8), to: "\(to)/\(page.name).1", isDurable: false)
      pages += 1
    }
    Output.error("\(Words.counted(pages, "page")) written to \(Words.shown(to))")
  }
}
