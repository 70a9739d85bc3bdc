import ArgumentParser
import Corpus
import Fetching
import Foundation
import Wording

struct FetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Bring the audio of a dataset into a folder, from servers or from files you have.",
    discussion: """
      MANIFEST is the name of one that comes with Lathe, or a file, and says where the dataset can be had in its \
      field remotes or in a file NAME.remotes.json beside it. Of the tracks it names, those that are in DIR with \
      the right checksum stay; the others are fetched: from archives, of zip files only the members that are \
      missing where the server sends parts of files, or file by file.

      Safe to stop at any moment and to run again: it goes on where it broke off. Servers are asked in order; one \
      that is busy, silent or breaks off is asked again, longer and longer after. A track appears under its name \
      only when it is whole and has its checksum; what has come in part lies in DIR/.lathe-fetch.

      Proxies are taken from http_proxy, https_proxy and no_proxy; tokens from HF_TOKEN (huggingface.co), \
      KAGGLE_USERNAME and KAGGLE_KEY (www.kaggle.com), and LATHE_TOKEN_HOST for any other, such as \
      LATHE_TOKEN_DATA_EXAMPLE_ORG for data.example.org; each is sent to its own host alone, over https. s3: and \
      gs: URLs are read as public or signed ones.

      Examples:
        lathe fetch gtzan --to gtzan
        lathe fetch gtzan --to gtzan --dry-run
        lathe fetch gtzan --to gtzan --from Downloads/genres.tar.gz
        lathe fetch gtzan --to blues --only 'blues/*'
        lathe fetch gtzan --to gtzan --mirror http://mirror.example.org/datasets/
        lathe fetch my-dataset.json --to audio --progress json

      Exit code 3 where tracks are missing that no source has, or that came with another checksum; 1 where a source \
      failed and tracks are missing.
      """)

  @Argument(
    help: ArgumentHelp("A name that comes with Lathe, or a file.", valueName: "manifest"),
    completion: Completions.manifests)
  var manifest: String

  @Option(
    help: ArgumentHelp("The folder to put it in; made where there is none.", valueName: "dir"),
    completion: .directory)
  var to: String

  @Option(
    help: ArgumentHelp(
      "Take what is there from a file or folder first: an archive, or a folder with tracks or archives in it; may be given several times.",
      valueName: "path"), completion: .file())
  var from: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only tracks whose path in the manifest is like this, with * for anything; may be given several times.",
      valueName: "pattern"))
  var only: [String] = []

  @Option(
    help: ArgumentHelp(
      "A folder on a server to be asked first, for archives and files by their names; may be given several times.",
      valueName: "url"))
  var mirror: [String] = []

  @Option(
    help: ArgumentHelp(
      "Where the dataset can be had, in place of what the manifest says.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var remotes: String?

  @Flag(help: "Ask no server: take only what --from has.")
  var offline = false

  @Flag(help: "Keep archives once their tracks are in their places.")
  var keepArchives = false

  @Option(
    help: ArgumentHelp(
      "Where archives lie while they are fetched; .lathe-fetch in the target if not given.",
      valueName: "dir"), completion: .directory)
  var downloads: String?

  @Option(
    help: ArgumentHelp(
      "How many files are fetched at the same time, where each track is one.", valueName: "n"))
  var connections = 4

  @Option(
    help: ArgumentHelp("How often in a row a server is asked in vain.", valueName: "n"))
  var attempts = Patience().attempts

  @Option(
    help: ArgumentHelp(
      "Seconds of silence after which a connection is made anew.", valueName: "seconds"))
  var stallSeconds = Patience().stallSeconds

  @Flag(help: "Show what would be fetched from where; ask no server, write nothing.")
  var dryRun = false

  @OptionGroup var progress: ProgressOptions

  func validate() throws {
    if to.isEmpty || from.contains("") || downloads == "" {
      throw ValidationError("An empty path: give --to a folder.")
    }
    if !(1...64).contains(connections) {
      throw ValidationError("--connections \(connections): give 1 to 64.")
    }
    if !(1...1_000).contains(attempts) {
      throw ValidationError("--attempts \(attempts): give 1 to 1,000.")
    }
    if !(1...86_400).contains(stallSeconds) {
      throw ValidationError("--stall-seconds \(stallSeconds): give 1 to 86,400.")
    }
    if offline, from.isEmpty {
      throw ValidationError("--offline: give --from what you have.")
    }
    _ = try addresses()
  }

  private func addresses() throws -> [RemoteAddress] {
    try mirror.map { text in
      guard let address = RemoteAddress(text.hasSuffix("/") ? text : "\(text)/") else {
        throw ValidationError(
          "--mirror \(Words.shown(text)): give a URL such as https://mirror.example.org/datasets/.")
      }
      return address
    }
  }

  func run() throws {
    let report = try progress.report(of: "fetch")
    try report.reporting { try run(report) }
  }

  private func run(_ report: ProgressReport) throws {
    let fetch = try fetch()
    let reporting = FetchReporting(report)
    if dryRun {
      let plan = try fetch.plan()
      report.put("planned", plan)
      if report.style != .json { FetchText.lines(plan).forEach { Output.line($0) } }
      return
    }
    if let licence = fetch.manifest.licence, report.style != .none {
      Output.error("licence: \(licence)")
    }
    let cancellation = Cancellation()
    let interruption = Interruption(
      cancellation, saying: "stopping; what has come is kept")
    defer { interruption.end() }
    let result = try outcome(of: fetch, cancellation, reporting)
    report.put("finished", result)
    if report.style != .json {
      FetchText.lines(result, manifest: manifest).forEach { Output.line($0) }
    }
    if result.isComplete { return }
    for failure in result.failures { Output.error("lathe: \(failure)") }
    throw ExitCode(result.isExhausted ? Exit.quarantined : Exit.failed)
  }

  private func outcome(
    of fetch: Fetch, _ cancellation: Cancellation, _ reporting: FetchReporting
  ) throws -> FetchReport {
    defer { reporting.end() }
    do {
      return try fetch.run(cancellation) { reporting.hear($0) }
    } catch {
      guard error.kind == .interrupted else { throw error }
      reporting.hear(.stopped(error))
      Output.error("\(error)")
      throw ExitCode(Exit.interrupted)
    }
  }

  private func fetch() throws -> Fetch {
    let known = try Catalogue.manifest(manifest, option: "manifest")
    let found =
      try remotes.map { try Catalogue.remotes(file: $0) }
      ?? Catalogue.remotes(of: manifest, known)
    if found == nil, from.isEmpty {
      throw ValidationError(
        "\(Words.shown(manifest)) does not say where it can be had: give --from what you have, or --remotes a "
          + "file (lathe.remotes/1).")
    }
    var fetch = Fetch(known, from: found ?? Remotes(sources: []), to: to)
    fetch.own = from
    fetch.mirrors = try addresses()
    fetch.only = only
    fetch.isOffline = offline
    fetch.keepsArchives = keepArchives
    fetch.downloads = downloads
    fetch.connections = connections
    fetch.patience.attempts = attempts
    fetch.patience.stallSeconds = stallSeconds
    if !only.isEmpty, !known.tracks.contains(where: fetch.wants) {
      throw ValidationError(
        "--only \(Words.list(only)): no track has such a path; the first is "
          + "\(Words.shown(known.tracks.first?.path ?? "none")).")
    }
    return fetch
  }
}
