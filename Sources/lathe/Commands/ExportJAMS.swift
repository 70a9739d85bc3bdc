import ArgumentParser
import Corpus
import DatasetCache
import Exporting
import Wording

struct ExportJAMS: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jams",
    abstract: "Write the labels of every track as a JAMS file.",
    discussion: """
      TRACK.jams has the labels in the namespace tag_gtzan where all are GTZAN's (hiphop is hip-hop there), \
      else in tag_open; artist, title and duration; and licence, source, group, side, faults and verdicts \
      in the sandbox. No audio is copied.

      Example:
        lathe export jams gtzan.lathe --output annotations
      """)

  @OptionGroup var options: ExportOptions

  func run() throws {
    let cache = try options.opened()
    var split: Split?
    if let name = options.split {
      split = try cache.split(named: name)
      if split == nil { throw SplitNames.unknown(name, in: cache) }
    }
    let dataset = try ExportDataset(cache, verdicts: try options.verdicts(cache))
    let tracks = dataset.tracks.count
    try options.run(
      "jams", of: cache, tracks: tracks, saying: "annotations of \(Words.tracks(tracks))"
    ) { target in
      try JAMSExport.write(dataset, split: split, to: target)
    }
  }
}
