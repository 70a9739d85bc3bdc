import ArgumentParser
import AudioIO
import Foundation
import Preparation

struct BenchDecode: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode", abstract: "Reading, checking and decoding files, one thread.")

  @OptionGroup var options: BenchOptions

  func run() throws {
    try BenchFolder.with(options, tracks: 20) { folder in
      let paths = try AudioFolder.list(folder).audio.prefix(100).map { "\(folder)/\($0)" }
      var seconds = 0.0
      var bytes: Int64 = 0
      func measure() throws -> Timing {
        try Stopwatch.measure(seconds: options.seconds) {
          seconds = 0
          bytes = 0
          for path in paths {
            let track = try AudioFile.decode(at: path, Decoding())
            seconds += Double(track.samples.count) / Double(track.sampleRate)
            bytes += track.byteCount
          }
        }
      }
      let before = try measure()
      let reference = try options.reference("decode", files: Array(paths))
      let timing = try before.joined(measure())
      let each = timing.median / Double(paths.count)
      var figures = [
        Figure("one file", each * 1_000, "ms"),
        Figure("files a second and core", 1 / each, ""),
        Figure("megabytes a second", Double(bytes) / timing.median / 1e6, "MB/s"),
        Figure("times real time", seconds / timing.median, ""),
      ]
      for (name, theirs) in reference {
        figures.append(Figure(name, theirs * 1_000, "ms"))
        figures.append(Figure("ratio", theirs / each, "times"))
      }
      try options.show("decode (\(paths.count) files, their checksum included)", figures)
    }
  }
}

struct BenchPrepare: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare",
    abstract: "The whole preparation, all four views, with one thread and with all cores in turn.")

  @OptionGroup var options: BenchOptions

  @Option(help: "How often to run each.")
  var runs = 3

  @Option(help: "The threads of the second measurement.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard (1...100).contains(runs) else { throw ValidationError("--runs \(runs): give 1 to 100.") }
    guard (1...1_024).contains(threads) else {
      throw ValidationError("--threads \(threads): give 1 to 1,024.")
    }
    if options.against != nil {
      throw ValidationError("--against goes with bench features, mel, views and decode.")
    }
  }

  func run() throws {
    try BenchFolder.with(options, tracks: 40) { folder in
      _ = try once(folder, threads: threads)
      var single: [PreparationSummary] = []
      var parallel: [PreparationSummary] = []
      for _ in 0..<runs {
        single.append(try once(folder, threads: 1))
        parallel.append(try once(folder, threads: threads))
      }
      let alone = Timing(runs: single.map(\.wallSeconds).sorted())
      let together = Timing(runs: parallel.map(\.wallSeconds).sorted())
      guard let last = parallel.last else { return }
      try options.show(
        "prepare (\(last.tracks) tracks, all views; wall-clock times)",
        [
          Figure("one thread", alone.median, "s"),
          Figure("\(threads) threads", together.median, "s"),
          Figure("best with \(threads) threads", together.best, "s"),
          Figure("gain", alone.median / together.median, "times"),
          Figure("processor time with \(threads) threads", last.cpuSeconds, "s"),
          Figure("times real time", last.audioSeconds / together.median, ""),
          Figure("peak memory", Double(last.peakBytes) / 1e6, "MB"),
        ])
    }
  }

  private func once(_ folder: String, threads: Int) throws -> PreparationSummary {
    let cache = BenchFolder.temporary("cache")
    defer { try? FileManager.default.removeItem(atPath: cache) }
    var preparation = Preparation(folder: folder, cachePath: cache)
    preparation.threads = threads
    return try preparation.run(
      progress: ProgressReport(verb: "bench", style: .none).preparation())
  }
}

/// A folder of audio to measure on.
enum BenchFolder {
  static func temporary(_ word: String) -> String {
    NSTemporaryDirectory() + "lathe-bench-\(word)-\(UUID().uuidString)"
  }

  /// Gives `body` the folder that was named, or one of made-up music that goes afterwards.
  static func with(_ options: BenchOptions, tracks: Int, _ body: (String) throws -> Void) throws {
    if let audio = options.audio { return try body(audio) }
    let folder = temporary("audio")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try DemoCollection(seed: 1, tracks: max(1, tracks / 10), seconds: 30).write(to: folder)
    try body(folder)
  }
}
