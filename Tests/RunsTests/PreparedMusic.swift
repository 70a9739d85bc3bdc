import AudioIO
import Corpus
import DatasetCache
import Foundation
import Preparation
import Runs
import TestSupport
import Training

/// A small collection of made-up music and its cache, made once. A process opens a cache once only,
/// so each test has a copy of its own.
final class PreparedMusic: Sendable {
  private static let shared = Result { try PreparedMusic() }

  /// The collection that tests read.
  static func get() throws -> PreparedMusic { try shared.get() }

  private let folder: TemporaryFolder
  var audio: String { "\(folder.path)/audio" }
  var cache: String { "\(folder.path)/cache" }
  static let split = "stratified-seed1-0.5-0.25-0.25"

  /// Sixteen tracks of 1.2 s, half of them high tones and half of them low.
  private init() throws {
    folder = try TemporaryFolder()
    for index in 0..<16 {
      let label = ["high", "low"][index % 2]
      try FileManager.default.createDirectory(
        atPath: "\(audio)/\(label)", withIntermediateDirectories: true)
      try WaveWriter.write(
        samples: Self.tone(hertz: (index % 2 == 0 ? 1_500 : 300) + 20 * index), sampleRate: 8_000,
        to: "\(audio)/\(label)/t\(index).wav")
    }
    var preparation = Preparation(folder: audio, cachePath: cache)
    preparation.recipe = try Recipe.decode(Array(Self.recipe.utf8))
    preparation.split = try SplitPlan(
      policy: .stratified, seed: 1, division: .ratios([0.5, 0.25, 0.25]))
    preparation.threads = 2
    _ = try preparation.run(progress: Silence())
  }

  /// Copies the cache to a path.
  func copyCache(to path: String) throws {
    try FileManager.default.copyItem(atPath: cache, toPath: path)
  }

  static func tone(hertz: Int) -> [Int16] {
    (0..<9_600).map { index in
      let level = 6_000 + 2_000 * sin(Double(index) / 900)
      return Int16(level * sin(2 * .pi * Double(hertz * index) / 8_000))
    }
  }

  private static let recipe = """
    {"schema": "lathe.recipe/1", "name": "small", "sampleRate": 8000, "maximumSeconds": 60,
     "profile": "librosa-0.8", "views": {
       "features": {"slices": {"length": 4000, "hop": 4000}},
       "waveform": {"slices": {"length": 4000, "hop": 2000}},
       "mel": {"slices": {"length": 4000, "hop": 4000}, "transformLength": 512, "bands": 16}}}
    """

  private struct Silence: ProgressSink {
    func report(_ event: PreparationEvent) {}
  }
}

/// A copy of the collection's cache that is open for loading, in a folder of its own.
struct OpenMusic {
  let music: PreparedMusic
  let folder: TemporaryFolder
  let cache: Cache

  init() throws {
    music = try PreparedMusic.get()
    folder = try TemporaryFolder()
    try music.copyCache(to: folder.path("music.lathe"))
    cache = try Cache.open(at: folder.path("music.lathe"), for: .loading)
  }

  /// Its features, under its split.
  func features() throws -> DividedSamples { try .cache(cache, view: .features) }

  /// A small training on them, of the usual roles unless others are named.
  func job(
    _ choices: RunChoices = .small(), trainer: String? = nil, training: [String]? = nil,
    test: String? = nil, selection: String? = nil
  ) throws -> TrainingJob {
    let samples = try features()
    return try TrainingJob(
      TrainingMode(.features, trainer: trainer), samples,
      roles: SideRoles(
        of: samples.split, training: training, test: test, selection: selection), choices)
  }
}

extension TemporaryFolder {
  /// The text of a file.
  func text(_ name: String) throws -> String {
    try String(contentsOfFile: path(name), encoding: .utf8)
  }

  func write(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
  }
}

extension RunChoices {
  /// So small a network that it trains in no time.
  static func small(epochs: Int = 4) -> RunChoices {
    var choices = RunChoices()
    choices.epochs = epochs
    choices.batchSize = 4
    choices.threads = 1
    choices.options = TrainerOptions(["hidden": "8", "transform": "none"])
    return choices
  }
}
