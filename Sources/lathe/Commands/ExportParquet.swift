import ArgumentParser
import DatasetCache
import Exporting
import Foundation
import Wording

struct ExportParquet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parquet",
    abstract:
      "Write the samples of a view as Parquet that Hugging Face's datasets and DuckDB read.",
    discussion: """
      A folder with data/SIDE-00000-of-00003.parquet, a card (README.md) and a description in Croissant 1.1 \
      (croissant.json). Arrow is used through Python: this starts python3 -m lathe.export parquet with the \
      same arguments (LATHE_PYTHON names another Python; pip install 'lathe[parquet]').

      Examples:
        lathe export parquet gtzan.lathe --view mel --split grouped-seed1-0.8-0.1-0.1 --output hub
        python3 -c 'import datasets; print(datasets.load_dataset("hub"))'
      """)

  @OptionGroup var options: ParquetOptions

  func run() throws { try options.start("parquet") }
}

struct ExportCroissant: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "croissant",
    abstract: "Write the samples of a view as Parquet with a description in Croissant 1.1.",
    discussion: """
      The folder that lathe export parquet writes: croissant.json has the checksum of every file, a record set \
      for each side, the sides as cr:Split and the labels as an enumeration.

      Example:
        lathe export croissant gtzan.lathe --view mel --output hub && mlcroissant validate --jsonld \
      hub/croissant.json
      """)

  @OptionGroup var options: ParquetOptions

  func run() throws { try options.start("croissant") }
}

/// What is handed on to the Python package.
struct ParquetOptions: ParsableArguments {
  @Option(help: "A view, such as waveform or mel.", completion: Completions.views)
  var view: View

  @Option(
    help: ArgumentHelp(
      "With a waveform: the folder that was prepared, whose files are copied as they are.",
      valueName: "folder"), completion: .directory)
  var audio: String?

  @Option(help: "Megabytes at which a file ends and the next begins, 1 or more.")
  var shardMegabytes = WebDatasetExport.usualShardBytes / 1_000_000

  @OptionGroup var common: ExportOptions
  @OptionGroup var licence: LicenceOptions

  func validate() throws {
    if common.progress.logFile != nil {
      throw ValidationError("--log-file: this export has none; use --progress json.")
    }
  }

  /// Becomes the Python program, so that signals and the exit code are its own.
  func start(_ form: String) throws {
    // What can be seen to be wrong without Python is said as by the other exports.
    _ = try common.content(view)
    let python = ProcessInfo.processInfo.environment["LATHE_PYTHON"] ?? "python3"
    var words = [python, "-m", "lathe.export", form, common.cache, "--view", view.rawValue]
    words += ["--output", common.output, "--shard-megabytes", String(shardMegabytes)]
    words += ["--progress", common.progress.style.rawValue]
    if let split = common.split { words += ["--split", split] }
    if let audio { words += ["--audio", audio] }
    if common.overwrite { words.append("--overwrite") }
    if licence.acceptLicences { words.append("--accept-licences") }
    setenv("LATHE_PROGRAM", Bundle.main.executablePath ?? "lathe", 0)
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    execvp(python, &arguments)
    throw ValidationFailure(
      "\(python) cannot be started: \(String(cString: strerror(errno))); set LATHE_PYTHON, or run: "
        + Words.command(Array(words.dropFirst())))
  }
}
