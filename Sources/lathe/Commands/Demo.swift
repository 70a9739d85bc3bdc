import Wording
import Corpus
import ArgumentParser
import DatasetCache
import Exporting
import Foundation
import Networks
import Preparation
import Runs
import Synthesis
import Training

struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "See the whole way on music made up on the spot, up to three trained networks.",
    discussion: """
      Synthesises a small collection of ten styles, prepares it with all views and a split, exports the \
      table of features, trains all three modes on three quarters of the tracks and measures them on the \
      others. Nothing is downloaded; run it again and nothing is done twice.

      Example:
        lathe demo --folder demo --tracks 8
      """)

  @Option(
    help: "Where to put it; a folder lathe-demo among the temporary files if not given.",
    completion: .directory)
  var folder: String?

  @Option(help: "Tracks of each style.")
  var tracks = 12

  @Option(help: "Seconds of each track.")
  var seconds = 12.1

  @Option(help: "The seed of the music.")
  var seed: UInt64 = 1

  @Flag(inversion: .prefixedNo, help: "Train the three modes, which takes most of the time.")
  var train = true

  @OptionGroup var progress: ProgressOptions

  func validate() throws {
    guard (1...1_000).contains(tracks) else {
      throw ValidationError("--tracks \(tracks): give 1 to 1,000.")
    }
    guard (4...Synthesiser.maximumSeconds).contains(seconds) else {
      throw ValidationError("--seconds \(seconds): give 4 to \(Synthesiser.maximumSeconds).")
    }
  }

  func run() throws {
    let report = try progress.report(of: "demo")
    try report.reporting { try run(report) }
  }

  /// Says a line, beside the JSON where that is the style.
  private func say(_ line: String) {
    if progress.style == .json { Output.error(line) } else { Output.line(line) }
  }

  private func run(_ report: ProgressReport) throws {
    // A folder for each choice of music, so that what is there already is what was asked for.
    let root = URL(fileURLWithPath: folder ?? NSTemporaryDirectory() + "lathe-demo")
      .appendingPathComponent("\(tracks)x\(seconds)s-seed\(seed)")
    let audio = root.appendingPathComponent("audio").path
    let cachePath = root.appendingPathComponent("demo.lathe").path
    let table = root.appendingPathComponent("features_3_sec.csv").path
    say(
      "1. music: \(Style.allCases.count) styles × \(Words.counted(tracks, "track")) × \(seconds) s")
    let made = try DemoCollection(seed: seed, tracks: tracks, seconds: seconds).write(to: audio)
    say(
      "   \(Words.counted(made.written, "file")) written to \(audio) in \(Words.duration(made.wallSeconds))"
    )
    say("2. lathe prepare \(audio) --cache \(cachePath)")
    var preparation = Preparation(folder: audio, cachePath: cachePath)
    preparation.split = try SplitOptions.parse([]).plan(
      default: SplitCommand.defaultRatios, policy: .stratified)
    let sink = report.preparation()
    let summary = try preparation.run(progress: sink)
    sink.end()
    report.put("finished", summary)
    SummaryText(summary, cache: cachePath).lines.forEach { say("   " + $0) }
    say("3. lathe export csv \(cachePath) --view features --output \(table)")
    try show(Cache.open(at: cachePath, for: .reading), table)
    if train { try trainModes(cachePath, in: root.path, report) }
    guard summary.quarantine.isEmpty else { throw ExitCode(Exit.quarantined) }
    say("next: lathe inspect \(cachePath); lathe prepare YOUR_MUSIC --cache YOUR_CACHE")
  }
}

extension Demo {
  /// Exports the features and tells what they say.
  private func show(_ cache: Cache, _ table: String) throws {
    let features = try FeatureTable(.features, of: cache)
    let rows = try TableFile.write(features, to: table)
    say("   \(Words.count(rows)) rows × \(features.columns.count + 3) columns")
    say("4. what the features say of each style (means over its slices)")
    try StyleMeans(of: cache, columns: features.columns).lines.forEach { say("   " + $0) }
  }

  /// What suffices for so little music, and as plain: smaller batches, so more steps an epoch.
  private static var choices: [String: RunChoices] {
    var features = RunChoices()
    features.options = TrainerOptions(["transform": "none", "dropout": "0.3"])
    var waveform = RunChoices()
    (waveform.epochs, waveform.batchSize) = (20, 32)
    var mel = RunChoices()
    (mel.epochs, mel.batchSize) = (8, 16)
    return ["features": features, "waveform": waveform, "mel": mel]
  }

  /// Trains each mode and writes the report.
  private func trainModes(
    _ cache: String, in root: String, _ progress: ProgressReport
  ) throws {
    let output = "\(root)/study"
    say(
      "5. lathe train features, waveform and mel on three quarters of the tracks of \(cache)")
    let choices = Self.choices
    var study = ModeStudy(
      of: .cache(cache),
      EmbeddedTrainers.registry.kinds.compactMap { kind in
        choices[kind.name].map { ModeStudy.Configuration(kind, $0) }
      }, by: StudyDivision([.stratified], .ratios([0.75, 0.25])), output: output)
    study.report(progress)
    let cancellation = Cancellation()
    let interruption = Interruption(cancellation, saying: "stopping after this step")
    defer { interruption.end() }
    guard let runs = try study.run(cancellation) else { throw ExitCode(Exit.interrupted) }
    let report = try RunReport.write(
      runs, to: "\(output)/report.html", figures: nil, title: "Demo")
    RunReport.lines(report).forEach { say("   " + $0) }
    say("   report: \(output)/report.html")
  }
}

/// Means of a few telling features over the slices of each label.
private struct StyleMeans {
  private static let shown = [
    ("tempo", "tempo"), ("spectral_centroid_mean", "centroid Hz"), ("rms_mean", "level"),
    ("zero_crossing_rate_mean", "crossings"), ("harmony_var", "harmonic"),
    ("perceptr_var", "percussive"),
  ]

  let lines: [String]

  init(of cache: Cache, columns: [String]) throws {
    var sums: [String: [Double]] = [:]
    var counts: [String: Int] = [:]
    for record in try cache.trackRecords() {
      guard let (_, values) = try cache.floats(of: .features, track: record.id) else { continue }
      for start in stride(from: 0, to: values.count, by: columns.count) {
        let row = values[start..<start + columns.count].map(Double.init)
        let sum = sums[record.label] ?? [Double](repeating: 0, count: columns.count)
        sums[record.label] = zip(sum, row).map { $0 + $1 }
        counts[record.label, default: 0] += 1
      }
    }
    var rows = [["style"] + Self.shown.map(\.1)]
    for (label, sum) in sums.sorted(by: { $0.key < $1.key }) {
      let cells = Self.shown.map { name, _ -> String in
        guard let column = columns.firstIndex(of: name) else { return "" }
        let mean = sum[column] / Double(counts[label] ?? 1)
        return Words.fixed(mean, mean >= 10 ? 0 : 4)
      }
      rows.append([label] + cells)
    }
    lines = Words.table(rows)
  }
}
