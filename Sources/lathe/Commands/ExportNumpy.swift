import ArgumentParser
import DatasetCache
import Exporting
import Wording

struct ExportNpy: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "npy",
    abstract: "Write the samples of a view as numpy arrays that can be mapped into memory.",
    discussion: """
      A folder for each side of the split (full without one) with samples.npy, labels.npy (numbers, -1 for \
      none; where tracks may have several labels, rows of weights), tracks.npy, slices.npy, \
      label_names.npy and, where they are known, groups.npy. export.json and tracks.jsonl tell the rest.

      Examples:
        lathe export npy gtzan.lathe --view mel --split grouped-seed1-0.8-0.1-0.1 --output arrays
        python3 -c 'import numpy; print(numpy.load("arrays/train/samples.npy", mmap_mode="r").shape)'
      """)

  @Option(help: "A view, such as mel.", completion: Completions.views)
  var view: View

  @OptionGroup var options: ExportOptions
  @OptionGroup var licence: LicenceOptions

  func run() throws { try NumpyVerb.run(.npy, view, options, licence) }
}

struct ExportNpz: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "npz",
    abstract: "Write the samples of a view as one numpy archive for each side of a split.",
    discussion: """
      SIDE.npz (full.npz without a split) holds the arrays of lathe export npy, not compressed.

      Example:
        lathe export npz gtzan.lathe --view features --output arrays
      """)

  @Option(help: "A view, such as features.", completion: Completions.views)
  var view: View

  @OptionGroup var options: ExportOptions
  @OptionGroup var licence: LicenceOptions

  func run() throws { try NumpyVerb.run(.npz, view, options, licence) }
}

private enum NumpyVerb {
  static func run(
    _ form: NumpyExport.Form, _ view: View, _ options: ExportOptions, _ licence: LicenceOptions
  ) throws {
    let (cache, content) = try options.content(view)
    if content.isAudio { try licence.check(content) }
    let text =
      "\(Words.counted(content.sampleCount, "sample")) of \(Words.tracks(content.trackCount))"
    try options.run(
      form.rawValue, of: cache, tracks: content.trackCount, saying: text
    ) { target in
      try NumpyExport.write(content, as: form, to: target)
    }
  }
}
