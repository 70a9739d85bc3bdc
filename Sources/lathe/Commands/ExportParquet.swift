import ArgumentParser
import DatasetCache

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
  @OptionGroup var samples: SampleFileOptions
  @OptionGroup var common: ExportOptions

  func validate() throws {
    if common.progress.logFile != nil {
      throw ValidationError("--log-file: this export has none; use --progress json.")
    }
  }

  /// Becomes the Python program.
  func start(_ form: String) throws {
    // What can be seen to be wrong without Python is said as by the other exports.
    _ = try common.content(samples.view)
    var words = [form, common.cache, "--view", samples.view.rawValue]
    words += ["--output", common.output, "--shard-megabytes", String(samples.shardMegabytes)]
    words += ["--progress", common.progress.style.rawValue]
    if let split = common.split { words += ["--split", split] }
    if let audio = samples.audio { words += ["--audio", audio] }
    if common.overwrite { words.append("--overwrite") }
    if samples.licence.acceptLicences { words.append("--accept-licences") }
    try PythonProgram.start("lathe.export", words)
  }
}
