import AudioIO
import Corpus
import DatasetCache
import Foundation
import Preparation
import SignalKit
import Synchronization
import TestSupport

/// A folder with a collection and its cache, which goes with everything in it when the value does.
final class MusicFolder: Sendable {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  var path: String { folder.path }
  var audio: String { "\(path)/audio" }
  var cache: String { "\(path)/cache" }

  /// Writes bytes to `name` below ``audio`` and returns the path.
  @discardableResult
  func write(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
    try folder.write(bytes, "audio/\(name)")
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: "\(audio)/\(name)")
  }

  /// Tracks of 1.2 s, `count` of each label.
  func music(labels: [String] = ["blues", "jazz"], count: Int = 2) throws {
    for (number, label) in labels.enumerated() {
      for index in 0..<count {
        try write(
          Wave.pcm16(Wave.notes(seed: 31 * number + index)), "\(label)/\(label).0000\(index).wav")
      }
    }
  }
}

/// WAV files put together by hand.
enum Wave {
  static let rate = 8_000

  /// A sine that changes its pitch, with noise, 1.2 s at 8,000 Hz if not said otherwise.
  static func notes(seed: Int, count: Int = 9_600) -> [Int16] {
    var generator = CounterGenerator(seed: UInt64(seed))
    return (0..<count).map { index in
      let pitch = 150.0 + Double(seed % 7) * 40 + Double(index / 2_000) * 60
      let tone = 9_000 * sin(2 * .pi * pitch * Double(index) / Double(rate))
      return Int16(tone) + Int16(truncatingIfNeeded: generator.next() % 2_000)
    }
  }

  static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<(value.bitWidth / 8)).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  static func file(
    data: [UInt8], channels: UInt16 = 1, rate: Int = rate, bits: UInt16 = 16, tag: UInt16 = 1,
    promised: Int? = nil
  ) -> [UInt8] {
    let block = channels * (bits / 8)
    let format =
      bytes(tag) + bytes(channels) + bytes(UInt32(rate)) + bytes(UInt32(rate) * UInt32(block))
      + bytes(block) + bytes(bits)
    let size = UInt32(promised ?? data.count)
    let body =
      Array("WAVEfmt ".utf8) + bytes(UInt32(format.count)) + format + Array("data".utf8)
      + bytes(size) + data
    return Array("RIFF".utf8) + bytes(size + 36) + body
  }

  static func pcm16(_ samples: [Int16], channels: UInt16 = 1, rate: Int = rate) -> [UInt8] {
    file(data: samples.flatMap { bytes($0) }, channels: channels, rate: rate)
  }

  static func float(_ samples: [Float], rate: Int = rate) -> [UInt8] {
    file(data: samples.flatMap { bytes($0.bitPattern) }, rate: rate, bits: 32, tag: 3)
  }
}

extension Recipe {
  /// All four views, small: 8,000 Hz, slices of a second and less.
  static func small() throws -> Recipe {
    var mel = MelKind()
    mel.transformLength = 512
    mel.hop = 256
    mel.bands = 32
    return Recipe(
      name: "small", sampleRate: Wave.rate, maximumSeconds: 60, profile: .librosa08,
      views: [
        RecipeView(FeatureKind(), slices: try SliceRule(length: 4_000, hop: 4_000)),
        RecipeView(FeatureKind(), named: .features30s, slices: .whole),
        RecipeView(WaveformKind(), slices: try SliceRule(length: 4_000, hop: 2_000)),
        RecipeView(mel, slices: try SliceRule(length: 4_000, hop: 4_000, maximumCount: 2)),
      ])
  }

  /// Only the samples: next to no work.
  static func samplesOnly() throws -> Recipe {
    var recipe = try small()
    recipe.views = [RecipeView(WaveformKind(), slices: try SliceRule(length: 4_000, hop: 2_000))]
    return recipe
  }
}

/// Keeps what it is told, and may stop the run after so many tracks.
final class Recorder: ProgressSink {
  private(set) var overview: PreparationPlan.Overview?
  private(set) var advances: [PreparationProgress] = []
  private(set) var quarantined: [QuarantineRecord] = []
  let cancellation = Cancellation()
  private let limit: Int

  init(stopAfter limit: Int = .max) { self.limit = limit }

  func report(_ event: PreparationEvent) {
    switch event {
    case .began(let overview): self.overview = overview
    case .advanced(let progress):
      advances.append(progress)
      if advances.count >= limit { cancellation.cancel() }
    case .quarantined(let record): quarantined.append(record)
    }
  }

  var reasons: [String] { overview?.reasons ?? [] }
}

extension MusicFolder {
  /// Prepares ``audio`` into ``cache``.
  @discardableResult
  func prepare(
    _ recipe: Recipe? = nil, cache: String? = nil, manifest: Manifest? = nil, threads: Int = 2,
    split: SplitPlan? = nil, sink: Recorder = Recorder()
  ) throws -> PreparationSummary {
    var preparation = Preparation(folder: audio, cachePath: cache ?? self.cache)
    preparation.recipe = try recipe ?? .samplesOnly()
    preparation.manifest = manifest
    preparation.threads = threads
    preparation.split = split
    return try preparation.run(progress: sink, cancellation: sink.cancellation)
  }

  func open(_ path: String? = nil) throws -> Cache {
    try Cache.open(at: path ?? cache, for: .reading)
  }

  func digest(_ path: String? = nil) throws -> String { try open(path).digest() }
}
