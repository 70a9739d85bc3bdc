import DataLoading
import Networks
import Safetensors
import Training

/// How far a network's numbers are from PyTorch's, for the same weights and the same batch.
///
/// PyTorch's numbers are those of float64: in float32 its own sums over millions of positions are
/// up to some ten-thousandths off, so that a comparison with these would show its rounding, not a
/// mistake here. Where max(0, ·) or pooling decide otherwise on numbers that differ by rounding,
/// gradients jump, in PyTorch's float32 as in the network here, and how often is chance. So PyTorch
/// follows the choices that were made here, which it counts where its own would be others; then
/// everything must be within the tolerance.
struct TorchAgreement: Encodable {
  /// What may differ: this share of a tensor's largest number.
  static let tolerance = 1e-4
  /// Steps of an optimiser that are compared.
  private static let steps = 10
  /// Rates that are small enough for rounding not to grow beyond its share within the steps.
  private static let rates = ["adamw": 1e-5, "sgd": 1e-3]

  /// The largest difference among some tensors.
  struct Difference: Encodable {
    /// What was compared.
    let name: String
    /// The tensor that differs most.
    var tensor = ""
    /// From PyTorch in float64 on the same choices, as a share of the tensor's largest number.
    var share = 0.0
    /// The largest from PyTorch in float64 on its own choices, of whichever tensor.
    var freeShare = 0.0
    /// The same of PyTorch in float32.
    var torchShare = 0.0
  }

  private(set) var differences: [Difference] = []
  /// Choices of max(0, ·) and pooling in all steps.
  private(set) var choices = 0
  /// How many of them PyTorch in float64 would have made otherwise.
  private(set) var otherwise = 0

  /// What is farther off than it may be.
  var faults: [Difference] { differences.filter { $0.share > Self.tolerance } }

  /// Compares, on a batch, without dropout and smoothing.
  init(_ bench: NetworkBench, _ held: borrowing Batch, _ torch: TorchProcess) throws {
    let alone = try torch.probe(try bench.tensors(held), steps: Self.steps, rates: Self.rates)
    let plain = bench.network.plainOptions
    let start = try bench.trainer(plain)
    let probed = try start.probe(
      NetworkBench.inputs(held), labels: NetworkBench.labels(held).map { Int($0) })
    let following = try replay(start.choices(rows: held.count), rule: nil, on: torch, isLast: true)
    for (name, prefix) in [("logits", "output"), ("loss", "loss"), ("gradients", "gradient.")] {
      differences.append(
        try Self.compare(name, probed.filter { $0.name.hasPrefix(prefix) }, following, alone))
    }
    for (rule, rate) in Self.rates.sorted(by: { $0.key < $1.key }) {
      let trainer = try bench.trainer(
        plain.merging(["optimiser": rule, "learning-rate": "\(rate)"]) { $1 })
      var following: TensorFile?
      for step in 0..<Self.steps {
        _ = try trainer.train(
          on: held, at: TrainingMoment(step: step, steps: Self.steps, epoch: 1))
        following = try replay(
          trainer.choices(rows: held.count), rule: rule, on: torch, isLast: step == Self.steps - 1)
      }
      // Running statistics are no parameters of PyTorch's.
      let learnt = trainer.weights().filter { !$0.name.contains("running_") && $0.floats != nil }
        .map { $0.renamed("after.\(rule).\($0.name)") }
      differences.append(
        try Self.compare("weights after \(Self.steps) steps of \(rule)", learnt, following, alone))
    }
  }

  private mutating func replay(
    _ made: [Tensor], rule: String?, on torch: TorchProcess, isLast: Bool
  ) throws -> TensorFile? {
    let (replayed, results) = try torch.replay(made, rule: rule, isLast: isLast)
    if isLast {
      choices += replayed.choices
      otherwise += replayed.otherwise
    }
    return results
  }

  private static func compare(
    _ name: String, _ tensors: [Tensor], _ following: TensorFile?, _ alone: TensorFile
  ) throws -> Difference {
    var result = Difference(name: name)
    guard let following, !tensors.isEmpty else {
      throw TrainingError(
        kind: .system, subject: name, detail: "there is nothing to compare", hint: "report this")
    }
    for tensor in tensors {
      let own = try TensorFile([tensor]).floats(tensor.name, shape: tensor.shape)
      let exact = try alone.floats("exact.\(tensor.name)", shape: tensor.shape)
      result.freeShare = max(result.freeShare, share(own, exact))
      result.torchShare = max(
        result.torchShare,
        share(try alone.floats(tensor.name, shape: tensor.shape), exact))
      let share = share(own, try following.floats(tensor.name, shape: tensor.shape))
      guard result.tensor.isEmpty || share > result.share else { continue }
      result.tensor = tensor.name
      result.share = share
    }
    return result
  }

  /// The largest difference as a share of the reference's largest number; infinite where one is no
  /// number.
  private static func share(_ values: [Float], _ reference: [Float]) -> Double {
    var (difference, largest) = (0.0, 0.0)
    for (value, wanted) in zip(values, reference) {
      let distance = abs(Double(value) - Double(wanted))
      guard distance.isFinite else { return .infinity }
      difference = max(difference, distance)
      largest = max(largest, abs(Double(wanted)))
    }
    return difference / max(largest, Double(Float.leastNormalMagnitude))
  }
}
