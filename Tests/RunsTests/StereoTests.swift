import AudioIO
import Corpus
import DatasetCache
import Foundation
import Preparation
import Runs
import TestSupport
import Testing
import Training

/// Two tones, of which one is on the left and one on the right: only views of stereo can tell
/// which.
@Suite struct StereoTests {
  private struct Silence: ProgressSink {
    func report(_ event: PreparationEvent) {}
  }

  private static let recipe = """
    {"schema": "lathe.recipe/2", "name": "sides", "sampleRate": 8000, "maximumSeconds": 60,
     "profile": "librosa-0.8", "views": {
       "mono": {"kind": "waveform", "slices": {"length": 2000, "hop": 1000}},
       "both": {"kind": "waveform", "channels": "stereo", "slices": {"length": 2000, "hop": 1000}},
       "mel": {"channels": "stereo", "slices": {"length": 4000, "hop": 2000}, "transformLength": 512,
               "bands": 16}}}
    """

  private let folder: TemporaryFolder
  private let cache: Cache

  init() throws {
    folder = try TemporaryFolder()
    for index in 0..<16 {
      let tones = [600 + 20 * index, 2_000 + 20 * index].map { PreparedMusic.tone(hertz: $0) }
      let isHighLeft = index % 2 == 0
      let sides = isHighLeft ? tones.reversed() : tones
      let bytes = zip(sides[0], sides[1]).flatMap { [$0, $1] }.flatMap { Self.bytes($0) }
      try folder.write(
        Self.header(bytes.count) + bytes, "audio/\(isHighLeft ? "left" : "right")/t\(index).wav")
    }
    var preparation = Preparation(folder: folder.path("audio"), cachePath: folder.path("cache"))
    preparation.recipe = try Recipe.decode(Array(Self.recipe.utf8))
    preparation.split = try SplitPlan(
      policy: .stratified, seed: 1, division: .ratios([0.5, 0.25, 0.25]))
    #expect(try preparation.run(progress: Silence()).quarantine.isEmpty)
    cache = try Cache.open(at: folder.path("cache"), for: .loading)
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func header(_ count: Int) -> [UInt8] {
    Array("RIFF".utf8) + bytes(UInt32(count + 36)) + Array("WAVEfmt ".utf8) + bytes(UInt32(16))
      + bytes(UInt16(1)) + bytes(UInt16(2)) + bytes(UInt32(8_000)) + bytes(UInt32(32_000))
      + bytes(UInt16(4)) + bytes(UInt16(16)) + Array("data".utf8) + bytes(UInt32(count))
  }

  @Test(arguments: [
    (
      "mel", "mel-small", ["stem": "8", "channels": "16", "pool-after": "1", "dropout": "0"],
      [2, 16, 8]
    ),
    ("mel", "mel", ["blocks": "1", "width": "8"], [2, 16, 8]),
    (
      "both", "waveform",
      [
        "channels": "8,8", "kernels": "32,8", "strides": "2,2", "pooling": "8,8", "hidden": "8",
        "dropout": "0",
      ], [2_000, 2]
    ),
  ]) func sidesAreLearnt(
    _ view: String, _ trainer: String, _ options: [String: String], _ shape: [Int]
  ) throws {
    let samples = try DividedSamples.cache(cache, view: View(like: view))
    var choices = RunChoices.small(epochs: 12)
    choices.options = TrainerOptions(options)
    let mode = try TrainingMode(named: view, trainer: trainer)
    let roles = SideRoles(of: samples.split)
    let job = try TrainingJob(mode, samples, roles: roles, choices)
    #expect(job.record.sampleShape == shape)
    _ = try TrainingRun(job, at: folder.path("run")).train()
    let model = try TrainedModel(run: folder.path("run"))
    let sides = try RunEvaluation(model, on: samples).sides
    #expect(sides.map(\.evaluation.metrics.trackAccuracy) == [1, 1])
    var predictor = try FilePredictor(model, in: folder.path("run"))
    for (file, label) in [("left/t4", "left"), ("right/t5", "right")] {
      #expect(try predictor.predict("\(folder.path("audio"))/\(file).wav").label == label)
    }
  }

  @Test func trainersAreChosenByShape() throws {
    for (view, trainer) in [("mel", "mel"), ("both", "waveform"), ("mono", "waveform")] {
      let samples = try DividedSamples.cache(cache, view: View(like: view))
      let job = try TrainingJob(TrainingMode(named: view), samples)
      #expect(job.record.trainer == trainer)
    }
    let samples = try DividedSamples.cache(cache, view: View(like: "both"))
    let error = #expect(throws: TrainingError.self) {
      _ = try TrainingJob(TrainingMode(named: "both", trainer: "mel"), samples)
    }
    #expect(error?.detail == "it is not for the view both, whose samples are 2000 × 2")
  }
}
