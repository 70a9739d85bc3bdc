import ArgumentParser
import SignalKit

struct BenchFeatures: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features", abstract: "57 features of slices of 3 s, one thread.")

  @OptionGroup var options: BenchOptions

  @Option(help: "Whose numbers to compute.")
  var profile = Profile.librosa08

  func run() throws {
    let tracks = try options.tracks(10)
    let slices = options.slices(length: 66_149, tracks: tracks)
    var extractor = try FeatureExtractor(profile: profile, sampleRate: 22_050)
    func measure() throws -> Timing {
      try Stopwatch.measure(seconds: options.seconds) {
        for slice in slices { _ = try extractor.features(of: slice.span) }
      }
    }
    let before = try measure()
    let reference = try options.reference("features", slices: slices, sampleRate: 22_050)
    let timing = try before.joined(measure())
    let transforms = Stopwatch.measure(seconds: options.seconds / 4) {
      for slice in slices { extractor.runTransforms(samples: slice.count) }
    }
    let count = Double(slices.count)
    let milliseconds = timing.median / count * 1_000
    var figures = [
      Figure("57 features of a 3 s slice", milliseconds, "ms"),
      Figure("best run", timing.best / count * 1_000, "ms"),
      Figure("slices a second and core", 1_000 / milliseconds, ""),
      Figure("times real time and core", 3_000 / milliseconds, ""),
      Figure("share of Fourier transforms", transforms.median / timing.median * 100, "%"),
    ]
    for (name, theirs) in reference {
      figures.append(Figure(name, theirs * 1_000, "ms"))
      figures.append(Figure("ratio", theirs * 1_000 / milliseconds, "times"))
    }
    try options.show("features (\(slices.count) slices, \(profile.rawValue))", figures)
  }
}

struct BenchMel: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mel", abstract: "Log-mel pictures of slices of 2 s, one thread.")

  @OptionGroup var options: BenchOptions

  func run() throws {
    let tracks = try options.tracks(10)
    let slices = options.slices(length: 44_100, tracks: tracks)
    var mel = try MelSpectrogram(MelParameters())
    var picture = [Float](repeating: 0, count: 128 * mel.frames(samples: 44_100))
    func measure() throws -> Timing {
      try Stopwatch.measure(seconds: options.seconds) {
        for slice in slices {
          var output = picture.mutableSpan
          try mel.write(slice.span, to: &output)
        }
      }
    }
    let before = try measure()
    let reference = try options.reference("mel", slices: slices, sampleRate: 22_050)
    let timing = try before.joined(measure())
    let transforms = Stopwatch.measure(seconds: options.seconds / 4) {
      for slice in slices { mel.runTransforms(samples: slice.count) }
    }
    let count = Double(slices.count)
    let rate = count / timing.median
    var figures = [
      Figure("pictures of 2 s a second and core", rate, ""),
      Figure("one picture", 1e6 / rate, "µs"),
      Figure("best run", timing.best / count * 1e6, "µs"),
      Figure("share of Fourier transforms", transforms.median / timing.median * 100, "%"),
    ]
    for (name, theirs) in reference {
      figures.append(Figure(name, 1 / theirs, "a second"))
      figures.append(Figure("ratio", theirs * rate, "times"))
    }
    try options.show("mel (\(slices.count) slices)", figures)
  }
}
