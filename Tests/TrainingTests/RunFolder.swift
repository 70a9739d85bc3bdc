import Corpus
import DataLoading
import Foundation
import TestSupport

@testable import Training

/// A folder with a run, which goes with everything in it when the value does.
final class RunFolder: Sendable {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  var path: String { folder.path }
  var run: String { "\(path)/run" }

  func write(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(run)/\(name)"))
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(run)/\(name)", encoding: .utf8)
  }

  func names() throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: run))
  }
}

enum RunFixtures {
  static func record() -> RunRecord {
    RunRecord(
      trainer: "mlp", view: "features",
      source: .init(kind: .cache, path: "/music/gtzan.lathe", identity: "ab12"),
      split: .init(
        name: "s", policy: "stratified", fingerprint: "cd34",
        sides: ["train", "validation", "test"]),
      sides: .init(training: "train", selection: "validation", test: "test"),
      labels: ["blues", "rock & \"roll\""], sampleShape: [57], seed: .max, epochs: 3, batchSize: 32,
      threads: 2, options: ["rate": "0.01"],
      normalisation: Normalisation(
        .init(axis: .first, samples: 80, means: [0.1, 0.2], deviations: [1, 1.5])),
      augmentation: nil, parameters: 57_000, recipe: .object(["name": .string("gtzan")]),
      samples: ["train": 80, "test": 20], tracks: ["train": 8, "test": 2], lathe: "0.1.0",
      startedAt: "2026-01-02T03:04:05Z")
  }

  static func metrics(loss: Double = 0.5) -> SideMetrics {
    SideMetrics(
      loss: loss, sliceAccuracy: 0.75, trackAccuracy: 0.5, trackInterval: [0.1, 0.9], macroF1: 0.4,
      slices: 20, tracks: 2)
  }

  static func epoch(_ number: Int, loss: Double = 1) -> EpochRecord {
    EpochRecord(
      epoch: number, train: .init(loss: loss, accuracy: 0.5), evaluations: ["test": metrics()],
      learningRate: 0.01, seconds: 2, trainSeconds: 1.5, loaderSeconds: 0.1, samplesPerSecond: 53,
      isBest: number == 2)
  }

  static func result() throws -> ResultRecord {
    ResultRecord(
      status: .finished, epochs: 3, bestEpoch: 2, seconds: 6,
      evaluations: [
        "test": SideEvaluation(
          metrics: metrics(), trackConfusion: try ConfusionMatrix(counts: [[1, 0], [1, 0]]),
          sliceConfusion: try ConfusionMatrix(counts: [[10, 0], [5, 5]]))
      ])
  }
}
