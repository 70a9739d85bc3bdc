import DataLoading
import Networks
import Safetensors
import Training

/// How far a network's numbers are from PyTorch's, for the same weights and the same batch.
///
/// PyTorch's numbers are those of float64: in float32 its own sums over millions of positions are up to
/// some ten-thousandths off, so that a comparison with these would show its rounding, not a mistake here.
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
    /// From PyTorch in float64, as a share of the tensor's largest number.
    var share = 0.0
    /// What PyTorch in float32 differs from it, and from the network here, in that tensor.
    var torchShare = 0.0
    var shareOfTorch = 0.0
  }

  private(set) var differences: [Difference] = []

  /// Whether all are within the tolerance.
  var isClose: Bool { differences.allSatisfy { $0.share <= Self.tolerance } }
  /// The tensor that differs most.
  var farthest: String { differences.max { $0.share < $1.share }?.tensor ?? "" }

  /// Compares, on a batch, without dropout and smoothing.
  init(_ bench: NetworkBench, _ held: borrowing Batch, _ torch: TorchProcess) throws {
    let path = try torch.probe(
      try bench.tensors(held), steps: Self.steps, rates: Self.rates)
    let theirs = try TensorFile(reading: path)
    let plain = bench.network.plainOptions
    let start = try bench.trainer(plain)
    let probed = try start.probe(
      NetworkBench.inputs(held), labels: NetworkBench.labels(held).map { Int($0) })
    let groups = [
      ("logits", probed.filter { $0.name == "output" }),
      ("loss", probed.filter { $0.name == "loss" }),
      ("gradients", probed.filter { $0.name.hasPrefix("gradient.") }),
    ]
    for (name, tensors) in groups { differences.append(try Self.compare(name, tensors, theirs)) }
    for (rule, rate) in Self.rates.sorted(by: { $0.key < $1.key }) {
      let trainer = try bench.trainer(
        plain.merging(["optimiser": rule, "learning-rate": "\(rate)"]) { $1 })
      for step in 0..<Self.steps {
        _ = try trainer.train(
          on: held, at: TrainingMoment(step: step, steps: Self.steps, epoch: 1))
      }
      let learnt = trainer.weights().map { $0.renamed("after.\(rule).\($0.name)") }
        .filter { theirs[$0.name] != nil }
      differences.append(
        try Self.compare("weights after \(Self.steps) steps of \(rule)", learnt, theirs))
    }
  }

  private static func compare(
    _ name: String, _ tensors: [Tensor], _ theirs: TensorFile
  ) throws -> Difference {
    var worst = Difference(name: name)
    for tensor in tensors {
      guard let own = tensor.floats else { continue }
      let torch = try theirs.floats(tensor.name, shape: tensor.shape)
      let exact = try theirs.floats("exact.\(tensor.name)", shape: tensor.shape)
      let share = share(own, exact)
      // A NaN is the farthest of all.
      guard worst.tensor.isEmpty || !(share <= worst.share) else { continue }
      worst.tensor = tensor.name
      worst.share = share.isNaN ? .infinity : share
      worst.torchShare = Self.share(torch, exact)
      worst.shareOfTorch = Self.share(own, torch)
    }
    return worst
  }

  private static func share(_ values: [Float], _ reference: [Float]) -> Double {
    let largest = reference.reduce(0) { max($0, abs($1)) }
    var difference: Float = 0
    for (value, wanted) in zip(values, reference) {
      let distance = abs(value - wanted)
      if !(distance <= difference) { difference = distance }
    }
    return Double(difference) / Double(max(largest, .leastNormalMagnitude))
  }
}
