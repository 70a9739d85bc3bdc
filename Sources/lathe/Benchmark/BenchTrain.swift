import Wording
import ArgumentParser
import Corpus
import DataLoading
import DatasetCache
import Foundation
import Networks
import Training

struct BenchTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Steps of the embedded networks, what bounds them, and PyTorch's in the same run.",
    discussion: """
      A step is forward, backward and AdamW on one batch, of made-up samples or of a cache's. The network, \
      PyTorch's and a large product by OpenBLAS run in turn on as many threads; the figures are medians \
      of all steps. With a cache, steps whose batches come from a loader of one thread, as a training's \
      do, take turns with steps that need none.

      Before it is timed, PyTorch's network gets the same weights and the same batch, and logits, loss, \
      gradients and the weights after ten steps of AdamW and SGD are compared with what it computes in \
      float64: the largest difference as a share of the tensor's largest number. Where rounding makes \
      max(0, x) or pooling decide otherwise, gradients jump, so PyTorch is given the choices that were \
      made here, and counts those that it would have made otherwise; then everything must be within 1e-4. \
      Beside it stands how far the numbers, and PyTorch's own of float32, are from float64 on its own \
      choices.

      PyTorch's threads sleep where they wait for one another (OMP_WAIT_POLICY=passive): on busy \
      processors it is many times slower with its usual waiting at work. On quiet ones give it that with \
      OMP_WAIT_POLICY=active in the environment.

      Examples:
        lathe bench train
        lathe bench train waveform --against torch --python venv/bin/python
        lathe bench train mel mel-small --cache gtzan.lathe --layers
      """)

  @Argument(
    help: ArgumentHelp(
      "Which networks: features, waveform, mel, mel-small. (default: the first three)",
      valueName: "network"))
  var networks: [BenchNetwork] = []

  @Option(
    help: ArgumentHelp(
      "Run PyTorch's networks in turn with these, give the ratio and compare the numbers.",
      valueName: "torch"))
  var against: Reference?

  @Option(help: "The Python that has torch and safetensors.")
  var python = "python3"

  @Option(help: "Threads of a network, and of PyTorch's.")
  var threads = 2

  @Option(
    help: "Samples in a batch. (default: features 128, waveform 64, mel and mel-small 32)")
  var batch: Int?

  @Option(help: "About how many seconds to measure each network, PyTorch's being as many more.")
  var seconds = 6.0

  @Option(
    help: "A cache to take batches from; made-up samples if not given.", completion: .directory)
  var cache: String?

  @Flag(help: "Show the time of every layer.")
  var layers = false

  @Flag(inversion: .prefixedNo, help: "With --against: compare the numbers first.")
  var check = true

  @Flag(help: "Print the figures as JSON.")
  var json = false

  enum Reference: String, ExpressibleByArgument, CaseIterable {
    case torch
  }

  func validate() throws {
    guard (1...64).contains(threads) else {
      throw ValidationError("--threads \(threads): give 1 to 64.")
    }
    guard (1...1 << 16).contains(batch ?? 1) else {
      throw ValidationError("--batch \(batch ?? 0): give 1 to 65,536.")
    }
    guard seconds > 0, seconds <= 600 else {
      throw ValidationError("--seconds \(seconds): give more than 0 and at most 600.")
    }
  }

  func run() throws {
    let asked = networks.isEmpty ? [.features, .waveform, .mel] : networks
    let cache = try cache.map { try Cache.open(at: $0, for: .loading) }
    var reports: [TrainReport] = []
    for network in asked {
      let report = try measure(network, cache)
      if !json {
        if !reports.isEmpty { Output.line() }
        report.show(withLayers: layers)
      }
      reports.append(report)
    }
    if json { try Output.json(reports, pretty: true) }
    for report in reports {
      guard let fault = report.agreement?.faults.first else { continue }
      throw TrainingError(
        kind: .system, subject: report.network,
        detail: "\(fault.tensor) differs by \(fault.share) of its largest number from PyTorch's in "
          + "float64 on the same choices",
        hint: "report this, with the processor and the version of OpenBLAS")
    }
  }

  private func measure(_ network: BenchNetwork, _ cache: Cache?) throws -> TrainReport {
    let size = batch ?? network.usualBatch
    let samples: any SampleSource =
      try cache.map { try $0.samples(view: network.view) } ?? network.madeUpSamples(size)
    guard samples.count >= size else {
      throw ValidationError(
        "--batch \(size): \(samples.name) has \(Words.counted(samples.count, "sample")).")
    }
    let bench = try NetworkBench(
      network, samples, batch: size, threads: threads, isReal: cache != nil)
    let loader = try Loader(samples, configuration: bench.loading(threads: 0))
    guard let held = try loader.next() else {
      throw ValidationError("\(samples.name) has no whole batch.")
    }
    var torch: TorchProcess?
    var agreement: TorchAgreement?
    if against != nil {
      let process = try TorchProcess(
        python: python, network, threads: threads, labels: samples.labels.count)
      torch = process
      if check { agreement = try TorchAgreement(bench, held, process) }
      try process.begin(try bench.tensors(held), smoothing: network.smoothing)
    }
    var report = try bench.report(held, torch, seconds: seconds)
    report.agreement = agreement
    if cache != nil { report.loader = try bench.besideLoader(held, seconds: seconds) }
    return report
  }
}
