import Corpus
import DataLoading
import Foundation
import Networks
import Safetensors
import Training

/// A network that is measured: alone, in turn with others, and beside a loader.
struct NetworkBench {
  let network: BenchNetwork
  let samples: any SampleSource
  let batch: Int
  let threads: Int
  let trainer: NetworkTrainer
  private let kind: TrainerKind
  private let normalisation: Normalisation?
  /// Whether the samples are a cache's.
  private let isReal: Bool

  init(
    _ network: BenchNetwork, _ samples: any SampleSource, batch: Int, threads: Int, isReal: Bool
  ) throws {
    self.network = network
    self.samples = samples
    self.batch = batch
    self.threads = threads
    self.isReal = isReal
    kind = try EmbeddedTrainers.registry.kind(named: network.rawValue)
    normalisation =
      try isReal
      ? kind.defaults.normalisation.map { try Normalisation.of(training: samples, axis: $0) } : nil
    // A low rate, so that the weights stay what a training's are.
    trainer = try Self.trainer(
      kind, samples, batch: batch, threads: threads,
      network.options.merging(["learning-rate": "1e-4"]) { $1 })
  }

  private static func trainer(
    _ kind: TrainerKind, _ samples: any SampleSource, batch: Int, threads: Int,
    _ options: [String: String]
  ) throws -> NetworkTrainer {
    let setting = TrainerSetting(
      sampleShape: samples.shape, labels: samples.labels, seed: 1, threads: threads,
      batchSize: batch,
      options: TrainerOptions(options))
    guard let trainer = try kind.make(setting) as? NetworkTrainer else {
      throw TrainingError(
        kind: .configuration, subject: kind.name, detail: "it is no embedded network",
        hint: "give features, waveform, mel or mel-small")
    }
    return trainer
  }

  /// Another of the same network and the same starting weights.
  func trainer(_ options: [String: String]) throws -> NetworkTrainer {
    try Self.trainer(kind, samples, batch: batch, threads: threads, options)
  }

  /// A loader's configuration as trainings have it, of whole batches; as samples are, without
  /// threads.
  func loading(threads: Int) -> LoaderConfiguration {
    var loading = LoaderConfiguration()
    loading.batchSize = batch
    loading.threads = threads
    loading.seed = 1
    loading.lastBatch = .drop
    loading.normalisation = normalisation
    if threads > 0 { loading.augmentation = kind.defaults.augmentation }
    return loading
  }

  /// A batch and the starting weights, for PyTorch.
  func tensors(_ held: borrowing Batch) throws -> [Tensor] {
    let (inputs, labels) = (Self.inputs(held), Self.labels(held))
    return [
      Tensor("input", shape: held.shape, inputs), Tensor("labels", shape: [labels.count], labels),
    ] + trainer.weights().map { $0.renamed("weight.\($0.name)") }
  }

  static func inputs(_ held: borrowing Batch) -> [Float] {
    let values = held.floats
    return values.indices.map { values[$0] }
  }

  static func labels(_ held: borrowing Batch) -> [Int64] {
    let labels = held.labels
    return labels.indices.map { labels[$0] }
  }

  /// Steps on one batch, in turn with PyTorch's and with a large product.
  func report(
    _ held: borrowing Batch, _ torch: TorchProcess?, seconds: Double
  ) throws -> TrainReport {
    let product = try LargeProduct(threads: threads)
    var report = TrainReport(self)
    var (own, large) = (StepTimes(), StepTimes())
    var (number, threadsAtWork) = (0, 0)
    func step() throws {
      _ = try trainer.train(on: held, at: TrainingMoment(step: number, steps: 1 << 20, epoch: 1))
      number += 1
    }
    for _ in 0..<2 { try step() }
    for way in torch?.ways ?? [] { _ = try torch?.turn(way, seconds: 0) }
    product.multiply()
    let turn = min(1, seconds / 6)
    while own.runs.isEmpty || own.total < seconds || own.turns < 3 {
      let before = ThreadCensus()
      try own.turn(seconds: turn) { try step() }
      threadsAtWork = max(threadsAtWork, ThreadCensus().working(since: before, for: own.lastTurn))
      for way in torch?.ways ?? [] {
        guard let answer = try torch?.turn(way, seconds: turn) else { continue }
        report.add(answer, way: way)
      }
      large.turn(seconds: turn / 8) { product.multiply() }
    }
    trainer.times = WorkTimes()
    var measured = StepTimes()
    try measured.turn(seconds: seconds / 4) { try step() }
    report.set(
      own, threadsAtWork: threadsAtWork, product: large, operations: product.operations)
    report.work = trainer.times.map {
      WorkShares($0.sections, steps: measured, threads: threads, sgemm: report.sgemmFlops)
    }
    trainer.times = nil
    if let torch { report.compare(torch) }
    return report
  }

  /// Steps whose batches a loader of one thread fills meanwhile, in turn with steps on one batch.
  func besideLoader(_ held: borrowing Batch, seconds: Double) throws -> LoaderShare {
    let known = ThreadCensus()
    let loader = try Loader(samples, configuration: loading(threads: 1))
    defer { loader.close() }
    // The first epoch looks up and checks every track.
    while let batch = try loader.next(), batch.epoch < 1 {}
    var (alone, beside, waits) = (StepTimes(), StepTimes(), 0.0)
    var loaderSeconds = 0.0
    var number = 0
    func train(_ batch: borrowing Batch) throws {
      _ = try trainer.train(on: batch, at: TrainingMoment(step: number, steps: 1 << 20, epoch: 1))
      number += 1
    }
    let turn = min(1, seconds / 6)
    // Meanwhile the ring fills up; from then on a batch is filled for each that is taken.
    var first = StepTimes()
    try first.turn(seconds: max(turn, 0.2)) { try train(held) }
    while beside.runs.isEmpty || beside.total < seconds || beside.turns < 3 {
      try alone.turn(seconds: turn) { try train(held) }
      let before = ThreadCensus()
      try beside.turn(seconds: turn) {
        let asked = Stopwatch.wallSeconds()
        guard let batch = try loader.next() else { return }
        waits += Stopwatch.wallSeconds() - asked
        try train(batch)
      }
      loaderSeconds += ThreadCensus().seconds(since: before, ofThreadsNotIn: known)
    }
    return LoaderShare(alone: alone, beside: beside, waits: waits, loaderSeconds: loaderSeconds)
  }
}
