import Safetensors
import Training

/// What a pass through a network is for.
struct Pass {
  /// Whether batch statistics and dropout are in force, and the backward pass follows.
  let isTraining: Bool
  /// Who does the work.
  let team: ThreadTeam
  /// Keys dropout, together with ``step``.
  var seed: UInt64 = 0
  /// How many steps of training came before.
  var step = 0
}

/// A part of a network that knows its own derivative.
///
/// Activations are float32, sample after sample, each sample's axes outermost first (PyTorch's
/// layout). The memory of an output is the layer's own; it stays as it is until the layer's next
/// forward pass, so that the next layer may keep its address for the backward pass.
protocol Layer: AnyObject {
  /// The length of each axis of an output sample.
  var outputShape: [Int] { get }
  /// What is learnt, in the order of PyTorch's `parameters()`.
  var parameters: [Parameter] { get }
  /// What is kept with it.
  var statistics: [RunningStatistic] { get }

  /// Makes room for batches of up to `rows` samples.
  /// - Parameter training: also for the backward pass.
  /// - Throws: ``TrainingError/Kind/system`` where there is not so much memory.
  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError)

  /// Floating-point operations of the products in a step of training for one sample, each as a
  /// plain sum: a multiplication and an addition for every weight and position, forward, for the
  /// gradient by the weights and, where it is wanted, for that by the input.
  func trainingOperations(needsInput: Bool) -> Int

  /// The output for `rows` samples.
  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>

  /// Sets the gradients of the parameters from that of the output of the last forward pass, which
  /// was one of training.
  ///
  /// - Parameters:
  ///   - gradient: the derivative of the loss by each output; may be overwritten.
  ///   - needsInput: whether the derivative by the input is wanted.
  /// - Returns: the derivative by the input in the layer's own memory; nil where it is not wanted.
  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>?

  /// What functions with a corner decided for each of `rows` samples in the last pass, which was
  /// one of training, in the order of the pass and in PyTorch's layouts; see ``Choice``.
  func choices(rows: Int) -> [Tensor]
}

extension Layer {
  /// Nothing is learnt.
  var parameters: [Parameter] { [] }
  /// Nothing is kept.
  var statistics: [RunningStatistic] { [] }
  /// Nothing has a corner.
  func choices(rows: Int) -> [Tensor] { [] }
  /// No products.
  func trainingOperations(needsInput: Bool) -> Int { 0 }
  /// How many numbers an output sample has.
  var outputCount: Int { outputShape.reduce(1, *) }
}
