import Wording
import ArgumentParser
import DataLoading
import DatasetCache
import Foundation
import Preparation

struct BenchLoader: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loader",
    abstract: "Shuffled batches of a cache, beside a bare loop of C that gathers the same samples.",
    discussion: """
      Loader and loop run in turn, on a warm cache, from the second epoch on; the figures are medians of \
      the turns. The loop knows every address beforehand, fills as many buffers as the loader's ring \
      has, and is given the faster of usual stores and stores past the caches.

      Examples:
        lathe bench loader gtzan.lathe --view waveform --batch 128
        lathe bench loader gtzan.lathe --view mel --threads 1 --threads 4 --json
        lathe bench loader gtzan.lathe --view waveform --augment '{"mixup":{"alpha":0.2}}'
        lathe bench loader --synthetic-tracks 100000 --view features
      """)

  @Argument(help: "The cache; none with --synthetic-tracks.", completion: .directory)
  var cache: String?

  @Option(
    help: "What to load: features, features-30s, waveform or mel.", completion: Completions.views)
  var view = View.features

  @Option(help: "Samples in a batch.")
  var batch = 128

  @Option(help: "Threads that fill batches; may be given several times. (default: 1, then 2)")
  var threads: [Int] = []

  @Option(
    help: "A split of the cache; the default where a side is given, else all tracks.",
    completion: Completions.splits)
  var split: String?

  @Option(help: "The side of the split.", completion: Completions.sides)
  var side: String?

  @Option(
    help: ArgumentHelp(
      "What the loader does to each sample, as lathe train --augment takes it.", valueName: "json"))
  var augment: String?

  @Option(help: "About how many seconds to measure each number of threads.")
  var seconds = 6.0

  @Option(help: "Measure a cache of so many made-up tracks, which is written first; features only.")
  var syntheticTracks: Int?

  @Option(help: "Slices of each made-up track.")
  var rows = 10

  @Flag(help: "Print the figures as JSON.")
  var json = false

  func validate() throws {
    guard (cache == nil) != (syntheticTracks == nil) else {
      throw ValidationError("Give a cache or --synthetic-tracks, one of the two.")
    }
    guard (1...10_000_000).contains(syntheticTracks ?? 1) else {
      throw ValidationError("--synthetic-tracks \(syntheticTracks ?? 0): give 1 to 10,000,000.")
    }
    guard (1...1_000).contains(rows) else {
      throw ValidationError("--rows \(rows): give 1 to 1,000.")
    }
    guard syntheticTracks == nil || view == .features else {
      throw ValidationError("--view \(view.rawValue): made-up tracks have features only.")
    }
    guard (1...1 << 20).contains(batch) else {
      throw ValidationError("--batch \(batch): give 1 to 1,048,576.")
    }
    for count in threads where !(0...256).contains(count) {
      throw ValidationError("--threads \(count): give 0 to 256.")
    }
    if split != nil, side == nil { throw ValidationError("--split needs --side, too.") }
    _ = try augment.map(AugmentationArgument.read)
    guard seconds > 0, seconds <= 600 else {
      throw ValidationError("--seconds \(seconds): give more than 0 and at most 600.")
    }
  }

  func run() throws {
    guard let syntheticTracks else {
      guard let cache else { return }
      return try measure(cache, name: cache, writeSeconds: nil)
    }
    let path = BenchFolder.temporary("cache")
    defer { try? FileManager.default.removeItem(atPath: path) }
    let start = Stopwatch.wallSeconds()
    try SyntheticCache(tracks: syntheticTracks, rows: rows).write(to: path)
    try measure(
      path, name: "\(Words.count(syntheticTracks)) made-up tracks",
      writeSeconds: Stopwatch.wallSeconds() - start)
  }

  private func measure(_ path: String, name: String, writeSeconds: Double?) throws {
    let asked = threads.isEmpty ? [1, 2] : threads
    // A process has a cache open once, so this comes before all else.
    let openings = try asked.map { threads in
      (
        checked: try firstBatch(path, threads, .firstTouch),
        unchecked: try firstBatch(path, threads, .none)
      )
    }
    let samples = try Cache.open(at: path, for: .loading)
      .samples(view: view, of: side, split: split)
    let gather = try GatherBaseline(samples, batchSize: batch)
    let measurement = LoaderMeasurement(
      samples: samples, batch: batch, seconds: seconds,
      augmentation: try augment.map(AugmentationArgument.read))
    var report = LoaderReport(cache: name, samples: samples, batch: batch)
    report.writeSeconds = writeSeconds
    for (threads, opening) in zip(asked, openings) {
      var figures = try measurement.figures(threads: threads, gather)
      figures.firstBatchSeconds = opening.checked
      figures.firstBatchSecondsUnchecked = opening.unchecked
      report.threads.append(figures)
    }
    if json { try Output.json(report, pretty: true) } else { report.show() }
  }

  /// Seconds from the opening of the cache to its first batch, the median of several batches. Each
  /// is loaded once before, since how long a disk takes is no matter here.
  private func firstBatch(
    _ path: String, _ threads: Int, _ verification: CacheSamples.Verification
  ) throws -> Double {
    var configuration = LoaderConfiguration()
    configuration.batchSize = batch
    configuration.threads = threads
    let rounds = try (0..<10).map { round in
      configuration.seed = UInt64(round / 2)
      let start = Stopwatch.wallSeconds()
      let samples = try Cache.open(at: path, for: .loading)
        .samples(view: view, of: side, split: split, verification: verification)
      let loader = try Loader(samples, configuration: configuration)
      _ = try loader.next()
      let seconds = Stopwatch.wallSeconds() - start
      loader.close()
      return seconds
    }
    return LoaderMeasurement.median(stride(from: 1, to: 10, by: 2).map { rounds[$0] })
  }
}

extension Cache {
  /// The samples of a side of a split, the default where none is named; all without a side.
  fileprivate func samples(
    view: View, of side: String?, split: String?,
    verification: CacheSamples.Verification = .firstTouch
  ) throws(CacheError) -> CacheSamples {
    try samples(
      view: view, split: side == nil ? nil : try chosenSplit(split), side: side,
      verification: verification)
  }
}
