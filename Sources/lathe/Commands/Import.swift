import ArgumentParser

struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turn WebDataset or Hugging Face Parquet with audio into a collection.",
    discussion: """
      SOURCE is a folder of tars in the layout of WebDataset, a folder of Parquet as Hugging Face's datasets \
      has it, or one such file. Its audio is written to OUTPUT/audio, byte for byte, and what is known of it \
      (labels, groups, artists, licences, the sides of its split) to OUTPUT/manifest.json. The folder appears \
      when it is whole; after a break, begin again. Names that climb out of the folder, links and damaged \
      archives are refused.

      Arrow is used through Python: this starts python3 -m lathe.importing with the same arguments \
      (LATHE_PYTHON names another Python; Parquet needs pip install 'lathe[parquet]').

      Examples:
        lathe import hub --output music
        lathe prepare music/audio --cache music.lathe --manifest music/manifest.json
        lathe import data/train-00000-of-00001.parquet --output genres --label genre
      """)

  @Argument(help: "A folder of tars or of Parquet, or one such file.", completion: .file())
  var source: String

  @Option(
    help: "The folder to write. It appears when it is whole; what is there is refused.",
    completion: .directory)
  var output: String

  @Option(help: "What to call the dataset; as the export or the folder if not given.")
  var name: String?

  @Option(
    help: ArgumentHelp(
      "The column or field that is the label, where its name or type doesn't tell.",
      valueName: "column"))
  var label: String?

  @Option(
    help: ArgumentHelp("The column of audio of a Parquet that has several.", valueName: "column"))
  var audio: String?

  @Flag(help: "Replace an import that is there, when the new one is whole.")
  var overwrite = false

  @Option(name: .customLong("progress"), help: "How to show progress: auto, plain, json or none.")
  var progress = ProgressStyle.auto

  func validate() throws {
    if source.isEmpty || output.isEmpty {
      throw ValidationError("An empty path: give the dataset, and --output a folder.")
    }
  }

  func run() throws {
    var words = [source, "--output", output, "--progress", progress.rawValue]
    for (option, value) in [("--name", name), ("--label", label), ("--audio", audio)] {
      // A value may begin with a hyphen.
      if let value { words.append("\(option)=\(value)") }
    }
    if overwrite { words.append("--overwrite") }
    try PythonProgram.start("lathe.importing", words)
  }
}
