import Corpus
import DataLoading
import Foundation
import Safetensors
import TestSupport
import Testing

@testable import Networks
@testable import Training

/// Embedded trainers in a session: resumed wherever they were stopped or killed, they end with the
/// same weights, bit for bit.
@Suite("Exact resume of networks")
struct NetworkResumeTests {
  /// A trainer, what it is given, and the shape of its samples.
  struct Case: Sendable, CustomTestStringConvertible {
    let kind: String
    let shape: [Int]
    let options: [String: String]
    var threads = 2

    var testDescription: String { "\(kind) \(options)" }
  }

  private static let small = ["hidden": "8,5", "transform": "none"]
  static let cases = [
    Case(kind: "features", shape: [6], options: small),
    Case(
      kind: "features", shape: [6],
      options: small.merging(["averaging": "0.9", "optimiser": "adamw", "dropout": "0.4"]) { $1 }),
    Case(
      kind: "features", shape: [6],
      options: small.merging(
        ["optimiser": "sgd", "nesterov": "1", "momentum": "0.8", "clip-norm": "0.5"]) { $1 }),
    Case(
      kind: "features", shape: [6],
      options: small.merging(
        ["optimiser": "adamw", "schedule": "plateau", "patience": "0", "learning-rate": "0.3"]) {
          $1
        },
      threads: 1),
    Case(
      kind: "features", shape: [6],
      options: small.merging(
        ["schedule": "one-cycle", "class-weights": "balanced", "input-dropout": "0.2"]) { $1 }),
    Case(
      kind: "features", shape: [6],
      options: small.merging(["schedule": "cosine", "warm-up": "0.4", "averaging": "0.5"]) { $1 }),
    Case(
      kind: "features", shape: [6],
      options: ["hidden": "8,5", "transform": "normal", "members": "2", "averaging": "0.8"]),
    // Normalisation of batches: statistics and their counts.
    Case(
      kind: "waveform", shape: [96],
      options: [
        "channels": "3,4", "kernels": "8,4", "strides": "2,2", "pooling": "2,1", "hidden": "5",
      ]),
  ]

  private let temporary: TemporaryFolder
  private var folder: String { temporary.path }

  init() throws { temporary = try TemporaryFolder() }

  private func samples(_ shape: [Int], tracks: Int, seed: UInt64) throws -> MemorySamples {
    var generator = CounterGenerator(seed: seed)
    let size = shape.reduce(1, *)
    return try MemorySamples(
      name: "noise", identity: "\(seed)", shape: shape, labels: ["a", "b", "c"],
      trackIDs: (0..<tracks).map { "t\($0)" },
      rows: (0..<tracks).map { .init(label: $0 % 3, track: $0, slice: 0) },
      values: (0..<tracks * size).map {
        Float(Double(generator.next() >> 11) / 0x1p53 - 0.5) + ($0 / size % 3 == $0 % 3 ? 0.5 : 0)
      })
  }

  private func source(_ shape: [Int]) throws -> TrainingSource {
    try TrainingSource(
      training: samples(shape, tracks: 11, seed: 1),
      evaluated: [.init("validation", samples(shape, tracks: 6, seed: 2))], selection: "validation")
  }

  private func trainer(_ it: Case, hidden: String? = nil) throws -> any Trainer {
    var options = it.options
    if let hidden { options["hidden"] = hidden }
    return try EmbeddedTrainers.registry.kind(named: it.kind).make(
      TrainerSetting(
        sampleShape: it.shape, labels: ["a", "b", "c"], labelCounts: [4, 4, 3],
        training: try samples(it.shape, tracks: 11, seed: 1), seed: 7, threads: it.threads,
        batchSize: 4,
        options: TrainerOptions(options)))
  }

  private var configuration: SessionConfiguration {
    var configuration = SessionConfiguration()
    (configuration.epochs, configuration.batchSize, configuration.seed) = (3, 4, 7)
    configuration.secondsBetweenStates = 0
    return configuration
  }

  private func begin(_ name: String, _ it: Case) throws -> RunDirectory {
    try RunDirectory.create(
      at: "\(folder)/\(name)",
      record: RunRecord(
        trainer: it.kind, view: "features", source: .init(kind: .csv, path: "", identity: ""),
        split: .init(name: "", policy: "stratified", fingerprint: "", sides: []),
        sides: .init(training: "train"), labels: ["a", "b", "c"], sampleShape: it.shape, seed: 7,
        epochs: 3, batchSize: 4, threads: it.threads, lathe: "", startedAt: ""))
  }

  private func resume(
    _ name: String, _ it: Case, cancellation: Cancellation = Cancellation()
  ) throws -> ResultRecord {
    let directory = try RunDirectory.resume(at: "\(folder)/\(name)").directory
    let session = TrainingSession(
      try trainer(it), try source(it.shape), configuration, directory: directory)
    try session.resume()
    return try session.run(cancellation: cancellation)
  }

  private func files(_ name: String) throws -> [Data] {
    try ["best", "last"].map {
      try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)/\($0).safetensors"))
    }
  }

  @Test("Stopped after every step, and killed in every step", arguments: cases)
  func exactResume(_ it: Case) throws {
    let observed = ObservedTrainer(try trainer(it)) { step in
      try? FileManager.default.copyItem(
        atPath: "\(folder)/whole", toPath: "\(folder)/killed\(step)")
    }
    let directory = try begin("whole", it)
    let result = try TrainingSession(
      observed, try source(it.shape), configuration, directory: directory
    ).run()
    #expect(result.status == .finished)
    let whole = try files("whole")
    for step in 0..<9 {
      #expect(try resume("killed\(step)", it).status == .finished)
      #expect(try files("killed\(step)") == whole, "killed in step \(step)")
    }
    _ = try begin("stopped", it)
    var stops = 0
    while true {
      let cancellation = Cancellation()
      cancellation.cancel()
      if try resume("stopped", it, cancellation: cancellation).status == .finished { break }
      stops += 1
      try #require(stops < 20)
    }
    #expect(stops == 8)
    #expect(try files("stopped") == whole)
    try check(whole[0], it)
  }

  /// A checkpoint has PyTorch's names; one of another network is refused and changes nothing.
  private func check(_ best: Data, _ it: Case) throws {
    let path = "\(folder)/checkpoint"
    try best.write(to: URL(fileURLWithPath: path))
    let file = try TensorFile(reading: path)
    #expect(file.metadata["format"] == "pt")
    if it.options["members"] != nil {
      #expect(file.names.count == 14 && file["members.1.layers.0.weight"]?.shape == [8, 6])
      #expect(file["members.0.transform.quantiles"]?.shape == [6, 256])
    } else if it.kind == "features" {
      #expect(
        file.names == (0..<3).flatMap { ["layers.\($0).bias", "layers.\($0).weight"] })
      #expect(file["layers.0.weight"]?.shape == [8, 6] && file["layers.2.bias"]?.shape == [3])
    } else {
      let linear = ["bias", "weight"]
      let normalisation = ["bias", "num_batches_tracked", "running_mean", "running_var", "weight"]
      let kinds = [
        ("classifier", linear), ("convolutions", linear), ("normalisations", normalisation),
      ]
      var names: [String] = []
      for (kind, parts) in kinds {
        for number in 0..<2 { names += parts.map { "\(kind).\(number).\($0)" } }
      }
      #expect(file.names == names)
      let counts = try #require(file["normalisations.1.num_batches_tracked"]?.int64s)
      #expect(counts.count == 1 && counts[0] > 0 && counts[0] % 3 == 0)
    }
    for hidden in ["9,5", "8", "8,5,5"] where hidden != it.options["hidden"] {
      let other = try trainer(it, hidden: hidden)
      let before = other.weights()
      let error = try #require(throws: TrainingError.self) { try other.restore(weights: file) }
      #expect(error.kind == .checkpoint && error.detail.contains("tensor '"), "\(error)")
      #expect(other.weights() == before)
    }
  }

  @Test("A state that lacks something is refused and changes nothing", arguments: cases)
  func damagedStates(_ it: Case) throws {
    let trained = try trainer(it)
    let session = TrainingSession(trained, try source(it.shape), configuration)
    _ = try session.run()
    let good = trained.state()
    let fresh = try trainer(it)
    let before = (fresh.weights(), fresh.state())
    var bad: [TrainerState] = good.tensors.indices.map { index in
      var state = good
      state.tensors.remove(at: index)
      return state
    }
    for (key, value) in [
      ("optimiserSteps", "-1"), ("optimiserSteps", "many"), ("plateau", ""), ("plateau", "1 2"),
      ("plateau", "nan x 1"), ("plateau", "0.1 -2 1"), ("plateau", "0.1 2 inf"),
    ] {
      var state = good
      for name in state.facts.keys where name.hasSuffix(key) { state.facts[name] = value }
      bad.append(state)
    }
    bad.append(TrainerState())
    for state in bad {
      let error = try #require(throws: TrainingError.self) { try fresh.restore(state: state) }
      #expect(error.kind == .checkpoint && !error.hint.isEmpty)
      #expect(fresh.weights() == before.0)
      #expect(fresh.state().tensors == before.1.tensors && fresh.state().facts == before.1.facts)
    }
    try fresh.restore(state: good)
    #expect(fresh.state().tensors == good.tensors && fresh.state().facts == good.facts)
  }
}

/// A trainer that is watched: what is called before each step.
private final class ObservedTrainer: Trainer {
  private let inner: any Trainer
  private let onStep: (Int) -> Void

  init(_ inner: any Trainer, onStep: @escaping (Int) -> Void) {
    self.inner = inner
    self.onStep = onStep
  }

  var parameterCount: Int { inner.parameterCount }
  func train(
    on batch: borrowing Batch, at moment: TrainingMoment
  ) throws(TrainingError) -> StepResult {
    onStep(moment.step)
    return try inner.train(on: batch, at: moment)
  }
  func predict(
    _ batch: borrowing Batch, into probabilities: inout [Float]
  ) throws(TrainingError) { try inner.predict(batch, into: &probabilities) }
  func weights() -> [Tensor] { inner.weights() }
  func restore(weights: TensorFile) throws(TrainingError) { try inner.restore(weights: weights) }
  func state() -> TrainerState { inner.state() }
  func restore(state: TrainerState) throws(TrainingError) { try inner.restore(state: state) }
  func finishEpoch(_ result: EpochResult) { inner.finishEpoch(result) }
}
