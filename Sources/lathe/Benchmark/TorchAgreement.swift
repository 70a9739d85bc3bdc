import DataLoading
import Networks
import Safetensors
import Training

/// How far a network's numbers are from PyTorch's, for the same weights and the same batch.
///
/// PyTorch's numbers are those of float64: in float32 its own sums over millions of positions are up to
/// some ten-thousandths off, so that a comparison with these would show its rounding, not a mistake here.
/// Where max(0, ·) or pooling decides otherwise on numbers that differ by rounding, gradients jump, in
/// PyTorch's float32 as in the network here, and how often is chance. Logits and loss don't jump and must
/// be within the tolerance; of gradients and weights that are not, the norm of all differences must be
/// small, which a mistake's is not.
struct TorchAgreement: Encodable {
  /// What may differ: this share of a tensor's largest number.
  static let tolerance = 1e-4
  /// The norm that jumps may come to, as a share of that of all numbers.
  private static let jumps = 0.05
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
    /// The largest of PyTorch's own in float32, of whichever tensor.
    var torchShare = 0.0
    /// The root of the squares of all differences together, as a share of that of all numbers: from float64,
    /// and PyTorch's own.
    var norm = 0.0
    var torchNorm = 0.0

    /// Whether these are gradients, or moved along gradients.
    fileprivate var mayJump: Bool { tensor.contains(".") }
    /// Whether it is within the tolerance, or the jumps are few.
    var isClose: Bool { share <= tolerance || (mayJump && norm <= jumps) }
  }

  private(set) var differences: [Difference] = []

  /// What is farther off than it may be.
  var faults: [Difference] { differences.filter { !$0.isClose } }

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
    var result = Difference(name: name)
    var (squares, torchSquares, all) = (0.0, 0.0, 0.0)
    for tensor in tensors {
      guard let own = tensor.floats else { continue }
      let torch = try theirs.floats(tensor.name, shape: tensor.shape)
      let exact = try theirs.floats("exact.\(tensor.name)", shape: tensor.shape)
      let share = share(own, exact)
      squares += Self.squares(own, exact)
      torchSquares += Self.squares(torch, exact)
      all += exact.reduce(0) { $0 + Double($1) * Double($1) }
      result.torchShare = max(result.torchShare, Self.share(torch, exact))
      // A NaN is the farthest of all.
      guard result.tensor.isEmpty || !(share <= result.share) else { continue }
      result.tensor = tensor.name
      result.share = share.isNaN ? .infinity : share
    }
    result.norm = (squares / max(all, .leastNormalMagnitude)).squareRoot()
    result.torchNorm = (torchSquares / max(all, .leastNormalMagnitude)).squareRoot()
    return result
  }

  private static func squares(_ values: [Float], _ reference: [Float]) -> Double {
    zip(values, reference).reduce(0) { sum, pair in
      let difference = Double(pair.0) - Double(pair.1)
      return sum + difference * difference
    }
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
