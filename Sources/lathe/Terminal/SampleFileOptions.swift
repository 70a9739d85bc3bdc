import ArgumentParser
import DatasetCache
import Exporting

/// What the exports of samples in large files have in common.
struct SampleFileOptions: ParsableArguments {
  @Option(help: "A view, such as waveform or mel.", completion: Completions.views)
  var view: View

  @Option(
    help: ArgumentHelp(
      "With a waveform: the folder or archive that was prepared, whose files are copied as they are "
        + "where all are WAV, all FLAC, all Ogg or all MP3.", valueName: "folder"),
    completion: .file())
  var audio: String?

  @Option(help: "Megabytes at which a file ends and the next begins, 1 or more.")
  var shardMegabytes = WebDatasetExport.usualShardBytes / 1_000_000

  @OptionGroup var licence: LicenceOptions

  func validate() throws {
    if !(1...1_000_000).contains(shardMegabytes) {
      throw ValidationError("--shard-megabytes \(shardMegabytes): give 1 to 1,000,000.")
    }
  }
}
