import Foundation
import Testing

/// The manual pages that `lathe man` writes.
@Suite struct ManualTests {
  private func pages() throws -> [String: String] {
    let collection = try Collection(tracks: 0)
    let folder = "\(collection.path)/man1"
    let result = try Program.run("man", "--to", folder)
    #expect(result.code == 0 && result.output.isEmpty)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(result.errors == "\(names.count) pages written to \(folder)\n")
    return try Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8))
      })
  }

  /// The verbs that the help lists.
  private func verbs() throws -> [String] {
    let help = try Program.run("--help").output
    let part = try #require(help.components(separatedBy: "SUBCOMMANDS:\n").last)
    return part.split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }.filter { $0 != "See" }
  }

  @Test func everyVerbHasAPage() throws {
    let pages = try pages()
    let verbs = try verbs()
    #expect(verbs.count > 15 && verbs.contains("prepare") && verbs.contains("man"))
    for verb in verbs { #expect(pages["lathe-\(verb).1"] != nil, "\(verb)") }
    for name in ["lathe.1", "lathe-export-csv.1", "lathe-bench-loader.1", "lathe-recipe-show.1"] {
      #expect(pages[name] != nil, "\(name)")
    }
    for (name, page) in pages {
      for section in ["NAME", "SYNOPSIS", "OPTIONS", "SEE ALSO"] {
        #expect(page.contains("\n.SH \(section)\n"), "\(name) lacks \(section)")
      }
      #expect(page.hasPrefix(".TH \"") && page.contains("\\-\\-help"))
    }
  }

  @Test func aPageSaysWhatTheHelpSays() throws {
    let pages = try pages()
    let prepare = try #require(pages["lathe-prepare.1"])
    #expect(prepare.contains("\nlathe\\-prepare \\- turn a folder of audio into a cache"))
    #expect(
      prepare.contains("\\fIaudio\\-dir\\fR\n") && prepare.contains("\\fB\\-\\-cache\\fR \\fIcache")
    )
    #expect(prepare.contains("(default: auto)") && prepare.contains("\n.nf\n"))
    #expect(prepare.contains("lathe prepare genres_original \\-\\-cache gtzan.lathe"))
    let root = try #require(pages["lathe.1"])
    #expect(root.contains("\n.SH COMMANDS\n") && root.contains("\\fBlathe\\-export\\fR(1)"))
    #expect(!root.contains("\\fBlathe\\-help\\fR"))
  }

  /// No line is taken for a request of troff that is none of ours.
  @Test func nothingIsARequestByMistake() throws {
    let known: Set = [".TH", ".SH", ".TP", ".B", ".PP", ".RS", ".RE", ".nf", ".fi"]
    for (name, page) in try pages() {
      for line in page.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
        #expect(known.contains(String(line.prefix { $0 != " " })), "\(name): \(line)")
      }
    }
  }

  /// man itself reads them without a warning, where it is installed.
  @Test func manReadsThem() throws {
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/man"),
      FileManager.default.isExecutableFile(atPath: "/usr/bin/groff")
    else { return }
    let collection = try Collection(tracks: 0)
    #expect(try Program.run("man", "--to", collection.path).code == 0)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/man")
    process.arguments = ["--warnings", "-E", "UTF-8", "-l", "\(collection.path)/lathe-prepare.1"]
    process.environment = ["MANWIDTH": "80", "PAGER": "cat", "PATH": "/usr/bin:/bin"]
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let complaints = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0 && text.contains("SYNOPSIS") && complaints.isEmpty)
  }
}
