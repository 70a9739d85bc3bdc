import Corpus
import DataLoading
import Foundation
import Training

extension FuzzTarget {
  /// Run directories: an input is `run.json`, `metrics.jsonl`, `result.json` and `split.json`, one
  /// after the other with the byte 0x1E between them.
  static let runs = FuzzTarget(
    "runs", words: ["\u{1E}", "\"NaN\"", "\"Infinity\""],
    seeds: { try RunSeeds.all() },
    run: { input in
      let parts = input.split(
        separator: 0x1E, maxSplits: files.count - 1, omittingEmptySubsequences: false)
      for (index, name) in files.enumerated() {
        _ = try folder.write(index < parts.count ? Array(parts[index]) : nil, name)
      }
      guard let run = try read({ try RunDirectory.contents(at: try folder.path) }) else { return }
      _ = run.record.difference(from: run.record)
      _ = run.record.testsLearntTracks
      for evaluation in run.result?.evaluations.values ?? [:].values {
        for matrix in [evaluation.trackConfusion, evaluation.sliceConfusion] {
          try Finding.expect((0...1).contains(matrix.macroF1), "a score is \(matrix.macroF1)")
          try Finding.expect(matrix.adding(matrix) != nil, "no sum")
        }
      }
    })

  private static let folder = Scratch()
  private static let files = [
    RunDirectory.File.record, RunDirectory.File.metrics, RunDirectory.File.result,
    RunDirectory.File.split,
  ]
}

private enum RunSeeds {
  static func all() throws -> [[UInt8]] {
    var record = RunRecord(
      trainer: "features", view: "features",
      source: .init(kind: .csv, path: "a.csv", identity: "ab", columns: ["a"]),
      split: .init(name: "s", policy: "stratified", fingerprint: "cd", sides: ["train", "test"]),
      sides: .init(training: "train", selection: "test", test: "test"), labels: ["pop", "rock"],
      sampleShape: [2], seed: .max, epochs: 3, batchSize: 2, threads: 1, options: ["rate": "1"],
      patience: 2,
      normalisation: Normalisation(
        .init(axis: .first, samples: 8, means: [0.1, 0.2], deviations: [1, 1.5])),
      recipe: .object(["name": .string("r")]), samples: ["train": 2], tracks: ["train": 2],
      learntTracks: ["test": 0], lathe: "0.2.0", startedAt: "2026-01-02T03:04:05Z")
    record.batches = .stream
    let metrics = SideMetrics(
      loss: 0.5, sliceAccuracy: 0.75, trackAccuracy: 0.5, trackInterval: [0.1, 0.9], macroF1: 0.4,
      slices: 20, tracks: 2)
    let epochs = (1...2).map {
      EpochRecord(
        epoch: $0, train: .init(loss: 1, accuracy: 0.5), evaluations: ["test": metrics],
        learningRate: 0.01, seconds: 2, trainSeconds: 1, loaderSeconds: 0, samplesPerSecond: 5,
        isBest: true)
    }
    let result = ResultRecord(
      status: .finished, epochs: 2, bestEpoch: 2, seconds: 6,
      evaluations: [
        "test": SideEvaluation(
          metrics: metrics, trackConfusion: try ConfusionMatrix(counts: [[1, 0], [1, 0]]),
          sliceConfusion: try ConfusionMatrix(counts: [[10, 0], [5, 5]]))
      ])
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    let json = try encoder.encode(record)
    let lines = try epochs.map { try encoder.encode($0) + [0x0A] }.joined()
    return [
      Array(json), Array(json) + [0x1E] + Array(lines),
      Array(json) + [0x1E] + Array(lines) + [0x1E] + Array(try encoder.encode(result)),
    ]
  }
}
