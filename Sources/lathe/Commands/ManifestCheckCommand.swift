import Wording
import ArgumentParser
import AudioIO
import Foundation
import Preparation

struct ManifestCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Report every difference between a manifest and a folder of audio.",
    discussion: """
      Looks at every audio file and names all that are changed (another MD5), undecodable, odd \
      (another rate, other channels, another duration than most), unlisted (the manifest does not \
      name them) or unreachable (links out of the folder, folders that may not be read). Tracks \
      without a file are counted; part of a dataset is no fault unless --complete says so.

      Exit codes: 0 no problem; 1 problems, or not one track is there; 2 wrong usage.

      Examples:
        lathe manifest check gtzan genres_original
        lathe manifest check gtzan genres_original --deep --complete
        lathe manifest check gtzan genres_original --json | jq .changed
      """)

  @Argument(
    help: ArgumentHelp("A name that comes with Lathe, or a file.", valueName: "manifest"),
    completion: Completions.manifests)
  var manifest: String

  @Argument(
    help: ArgumentHelp("The folder or archive of audio, or several.", valueName: "audio-dir"),
    completion: .file())
  var audioFolders: [String]

  @Flag(help: "Decode every file to its end, not only its header.")
  var deep = false

  @Flag(help: "Name the tracks that have no file.")
  var missing = false

  @Flag(help: "Tracks that have no file are a problem.")
  var complete = false

  @Flag(help: "Print the whole report as JSON.")
  var json = false

  @Option(help: "Worker threads; all cores if not given.")
  var threads: Int?

  func validate() throws {
    if audioFolders.contains("") {
      throw ValidationError("An empty path: give the folder of audio.")
    }
    if let threads, !(1...1_024).contains(threads) {
      throw ValidationError("--threads \(threads): give 1 to 1,024.")
    }
  }

  func run() throws {
    var check = ManifestCheck(
      try Catalogue.manifest(manifest, option: "manifest"), roots: AudioRoots(audioFolders))
    check.isDeep = deep
    check.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    let report = try check.run()
    if json { try Output.json(report, pretty: true) } else { show(report) }
    let isShort = complete && !report.absent.isEmpty
    if report.problems > 0 || isShort || (report.present == 0 && report.tracks > 0) {
      throw ExitCode(Exit.failed)
    }
  }

  private func show(_ report: ManifestReport) {
    let hint = report.absent.isEmpty || missing ? "" : " (--missing names them)"
    Output.line(
      "\(Words.shown(report.name)): \(Words.tracks(report.tracks)), "
        + "\(Words.count(report.present)) present, \(Words.count(report.absent.count)) absent\(hint)"
    )
    if missing { list("absent", report.absent.map { Words.shown($0) }) }
    list("changed", report.changed.map(line))
    list("undecodable", report.undecodable.map(line))
    list("odd", report.odd.map(line))
    list("unlisted", report.unlisted.map { Words.shown($0) })
    list("unreachable", report.unreachable.map(line))
    for remark in report.remarks { Output.line("note: \(remark)") }
    if complete && !report.absent.isEmpty {
      Output.line("incomplete: \(Words.tracks(report.absent.count)) without a file")
    }
    if report.present == 0 && report.tracks > 0 {
      Output.line("not one track of the manifest is there; check the folder")
    }
    let means = report.isDeep ? "decoded to the end" : "by header and checksum; --deep decodes all"
    Output.line(
      report.problems == 0
        ? "no problem in the files (\(means))"
        : "problems: \(Words.count(report.problems)) (\(means))")
  }

  private func list(_ title: String, _ lines: [String]) {
    if lines.isEmpty { return }
    Output.line("\(title): \(Words.count(lines.count))")
    for line in lines { Output.line("  \(line)") }
  }

  private func line(_ finding: ManifestReport.Finding) -> String {
    Words.shown("\(finding.path) [\(finding.code)]: \(finding.detail); \(finding.hint)")
  }
}
