import Wording
import Foundation

extension TrainReport {
  /// Prints it as tables.
  func show(withLayers: Bool) {
    let lengths = shape.map { Words.count($0) }.joined(separator: " × ")
    Output.line(
      "\(network): \(Words.counted(parameters, "parameter")), batches of \(batch) of \(lengths), "
        + "\(Words.counted(threads, "thread")), \(Words.shown(samples))")
    show(stepRows)
    show(boundRows)
    if let loader { show(Self.rows(of: loader)) }
    if let agreement { show(Self.rows(of: agreement)) }
    if withLayers, let work { show(Self.rows(of: work.layers)) }
    guard processorsHad < 0.9 else { return }
    Output.line(
      "  Others kept the processors busy: this run had \(Self.percent(processorsHad)) of "
        + "\(threads). Measure in a quieter moment.")
  }

  private func show(_ rows: [[String]]) {
    for line in Words.table(rows) { Output.line("  " + line) }
  }

  private var stepRows: [[String]] {
    let steps = [step] + torch
    func row(_ name: String, _ value: (Step) -> String) -> [String] { [name] + steps.map(value) }
    var rows = [
      row("step, median") { Self.milliseconds($0.seconds) },
      row("step, best") { Self.milliseconds($0.bestSeconds) },
      row("its processor time") { Self.milliseconds($0.processorSeconds) },
      row("samples a second") { Words.count(Int($0.samplesPerSecond)) },
      row("threads at work") { "\($0.workingThreads)" },
      row("steps measured") { Words.count($0.count) },
    ]
    guard let torchVersion else { return rows }
    let titles = torch.map { $0.name == "usual" ? "PyTorch \(torchVersion)" : tunedTitle }
    rows.insert(["", "lathe"] + titles, at: 0)
    func times(_ ratio: Double?) -> String { ratio.map { Words.fixed($0, 2) + " times" } ?? "" }
    rows.append(row("ratio") { times($0.ratio) })
    rows.append(row("ratio of best steps") { times($0.bestRatio) })
    return rows
  }

  /// What PyTorch offers beside its usual calls.
  private var tunedTitle: String {
    network.hasPrefix("mel") ? "fused AdamW, channels last" : "fused AdamW"
  }

  private var boundRows: [[String]] {
    var rows = [
      ["products by plain sums", Self.giga(plainOperations) + " GFLOP a step"],
      ["  over the step", Self.giga(plainFlops) + " GFLOP/s"],
      ["sgemm here", Self.giga(sgemmFlops) + " GFLOP/s"],
    ]
    guard let work else { return rows }
    rows += [
      ["products carried out", Self.giga(work.operations) + " GFLOP a step"],
      [
        "  while in them",
        Self.giga(work.productFlops) + " GFLOP/s, \(Self.percent(work.shareOfSgemm)) of sgemm",
      ],
      ["time in products", Self.percent(work.products)],
      ["in passes over memory", Self.percent(work.passes)],
      ["waiting for other threads", Self.percent(work.waiting)],
      ["in the loss", Self.percent(work.loss)],
      ["in the optimiser", Self.percent(work.optimiser)],
    ]
    return rows
  }

  private static func rows(of loader: LoaderShare) -> [[String]] {
    [
      ["step beside a loader", milliseconds(loader.stepSecondsBesideLoader)],
      [
        "  in turn with",
        milliseconds(loader.stepSeconds) + " without: " + (loader.growth < 0 ? "" : "+")
          + percent(loader.growth),
      ],
      ["  waiting for batches", percent(loader.waiting)],
      ["  loader's processor time", percent(loader.processorShare)],
    ]
  }

  private static func rows(of agreement: TorchAgreement) -> [[String]] {
    [["from float64", "on the same choices", "on its own", "PyTorch's float32", "most in"]]
      + agreement.differences.map {
        [
          $0.name, scientific($0.share), scientific($0.freeShare), scientific($0.torchShare),
          $0.tensor,
        ]
      } + [
        [
          "choices", Words.count(agreement.choices),
          Words.count(agreement.otherwise) + " otherwise",
        ]
      ]
  }

  private static func rows(of layers: [WorkShares.LayerTime]) -> [[String]] {
    [["layer", "forward", "backward", "in products", "these reach"]]
      + layers.map {
        [
          $0.name, milliseconds($0.forwardSeconds), milliseconds($0.backwardSeconds),
          percent($0.products), $0.productFlops > 0 ? giga($0.productFlops) + " GFLOP/s" : "",
        ]
      }
  }

  private static func milliseconds(_ seconds: Double) -> String {
    Words.fixed(seconds * 1_000, seconds < 0.01 ? 3 : 1) + " ms"
  }

  private static func giga(_ value: Double) -> String {
    Words.fixed(value / 1e9, value < 1e10 ? 2 : 1)
  }

  private static func percent(_ share: Double) -> String { Words.fixed(share * 100, 1) + " %" }
  private static func scientific(_ value: Double) -> String { String(format: "%.1e", value) }
}
