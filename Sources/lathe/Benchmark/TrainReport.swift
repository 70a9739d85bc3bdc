import Corpus
import Networks

/// What `lathe bench train` found of a network.
struct TrainReport: Encodable {
  let network: String
  let samples: String
  let shape: [Int]
  let batch: Int
  let threads: Int
  let parameters: Int
  /// The network's own steps.
  private(set) var step = Step(name: "lathe")
  /// PyTorch's, one for each way.
  private(set) var torch: [Step] = []
  /// PyTorch's version.
  private(set) var torchVersion: String?
  /// Operations of a step's products by plain sums.
  let plainOperations: Double
  /// Those a second: above what the products reach where Winograd's filtering spares some.
  private(set) var plainFlops = 0.0
  /// Operations a second of a large product by OpenBLAS, with as many threads.
  private(set) var sgemmFlops = 0.0
  /// The share of so many processors that the large product was given; well below 1 where others
  /// are busy.
  private(set) var processorsHad = 0.0
  var work: WorkShares?
  var loader: LoaderShare?
  var agreement: TorchAgreement?

  /// Steps of one kind.
  struct Step: Encodable {
    let name: String
    var seconds = 0.0
    var bestSeconds = 0.0
    /// Of all threads.
    var processorSeconds = 0.0
    var samplesPerSecond = 0.0
    /// How many there were.
    var count = 0
    /// Threads that did a twentieth or more of the work.
    var workingThreads = 0
    /// How many of the network's own steps one takes: of medians, and of the best steps.
    var ratio: Double?
    var bestRatio: Double?
  }

  private var times: [String: StepTimes] = [:]

  private enum CodingKeys: String, CodingKey {
    case network, samples, shape, batch, threads, parameters, step, torch, torchVersion
    case plainOperations, plainFlops, sgemmFlops, processorsHad, work, loader, agreement
  }

  init(_ bench: NetworkBench) {
    network = bench.network.rawValue
    samples = bench.samples.name
    shape = bench.samples.shape
    batch = bench.batch
    threads = bench.threads
    parameters = bench.trainer.parameterCount
    plainOperations = Double(bench.trainer.operationsPerSample * bench.batch)
  }

  /// Takes over a turn of PyTorch's.
  mutating func add(_ turn: TorchProcess.Turn, way: String) {
    times[way, default: StepTimes()].add(
      runs: turn.seconds, processorSeconds: turn.processorSeconds)
    let index = torch.firstIndex { $0.name == way } ?? torch.count
    if index == torch.count { torch.append(Step(name: way)) }
    torch[index].workingThreads = max(torch[index].workingThreads, turn.workingThreads)
  }

  /// Takes over the network's own steps, and what a large product reaches.
  mutating func set(
    _ own: StepTimes, threadsAtWork: Int, product: StepTimes, operations: Int
  ) {
    step.workingThreads = threadsAtWork
    step.set(own, batch: batch)
    sgemmFlops = Double(operations) / product.median
    processorsHad = product.processorSeconds / (product.total * Double(threads))
    plainFlops = plainOperations / own.median
  }

  /// Ends the comparison with PyTorch.
  mutating func compare(_ process: TorchProcess) {
    torchVersion = process.version
    for index in torch.indices {
      guard let taken = times[torch[index].name] else { continue }
      torch[index].set(taken, batch: batch)
      torch[index].ratio = torch[index].seconds / step.seconds
      torch[index].bestRatio = torch[index].bestSeconds / step.bestSeconds
    }
  }
}

extension TrainReport.Step {
  mutating func set(_ times: StepTimes, batch: Int) {
    seconds = times.median
    bestSeconds = times.best
    processorSeconds = times.processorMean
    samplesPerSecond = Double(batch) / times.median
    count = times.runs.count
  }
}
