import CKernels
import Training

/// The filters and biases of a convolution along time, as PyTorch keeps them and as the kernels
/// read them.
final class Convolution1dFilters {
  /// The convolution's sizes.
  let shape: Convolution1dShape
  /// What is learnt: the filters, unless they are fixed, and the biases.
  let parameters: [Parameter]
  /// The filters, where they are fixed.
  let statistics: [RunningStatistic]
  /// The filters packed, one group of sixteen output channels after the other.
  let packed: FloatStorage
  /// The biases with zeroes up to a multiple of sixteen.
  let packedBias: FloatStorage

  private let value: FloatStorage
  private let bias: Parameter
  private var packedBack: FloatStorage?
  private var partial: FloatStorage?
  private var biasSums: DoubleStorage?

  /// Filters as PyTorch draws them, uniform within ±1/√(inputs · kernel), or given ones.
  ///
  /// - Parameters:
  ///   - name: what `.weight` and `.bias` are added to.
  ///   - start: filters in PyTorch's layout `[outputs][inputs][kernel]` to begin with.
  ///   - isFixed: whether the filters stay as they are; they are then kept as a statistic of their
  ///     name.
  init(
    _ name: String, _ shape: Convolution1dShape, start: [Float]? = nil, isFixed: Bool = false,
    seed: UInt64
  ) throws(TrainingError) {
    self.shape = shape
    let fanIn = shape.inputs * shape.kernel
    let size = [shape.outputs, shape.inputs, shape.kernel]
    bias = try Parameter("\(name).bias", shape: [shape.outputs], decays: false)
    Initialisation.uniform(bias, fanIn: fanIn, seed: seed)
    if isFixed {
      let filters = try RunningStatistic("\(name).weight", shape: size)
      (statistics, parameters, value) = ([filters], [bias], filters.value)
    } else {
      let filters = try Parameter("\(name).weight", shape: size)
      Initialisation.uniform(filters, fanIn: fanIn, seed: seed)
      (statistics, parameters, value) = ([], [filters, bias], filters.value)
    }
    if let start { value.fill(from: start) }
    packed = try FloatStorage(count: shape.outputBlocks * shape.packedCount)
    packedBias = try FloatStorage(count: shape.outputBlocks * 16)
  }

  /// Whether the filters are learnt.
  var areLearnt: Bool { statistics.isEmpty }

  /// Makes room for the sums of so many parts of a batch.
  func reserve(parts: Int, passesGradient: Bool) throws(TrainingError) {
    if areLearnt { try partial.reserve(parts * packed.count) }
    if passesGradient {
      try packedBack.reserve(shape.inputBlocks * shape.stride * shape.packedGradientCount)
    }
    try biasSums.reserve(parts * packedBias.count)
  }

  /// Packs the present filters; with `back` also for the gradient by the input.
  func pack(back: Bool, team: ThreadTeam) {
    let outputBlocks = shape.outputBlocks
    let backBlocks = back ? shape.inputBlocks * shape.stride : 0
    packedBias.base.update(from: bias.value.base, count: shape.outputs)
    team.run(outputBlocks + backBlocks) { index in
      var filters = shape.filters
      if index < outputBlocks {
        lathe_pack_convolution(
          &filters, value.base, index, packed.base + index * shape.packedCount)
      } else {
        let block = index - outputBlocks
        lathe_pack_input_gradient(
          &filters, value.base, block, packedBack.start + block * shape.packedGradientCount)
      }
    }
  }

  /// The filters for the gradient by the input.
  var back: UnsafePointer<Float> { UnsafePointer(packedBack.start) }

  /// Where a part's gradient by the packed filters is summed up.
  func partial(_ part: Int) -> UnsafeMutablePointer<Float> { partial.start + part * packed.count }

  /// Where a part's gradient by the biases is.
  func biasSums(_ part: Int) -> UnsafeMutablePointer<Double> {
    biasSums.start + part * packedBias.count
  }

  /// Sets both to 0.
  func beginPart(_ part: Int) {
    if areLearnt { partial(part).update(repeating: 0, count: packed.count) }
    biasSums(part).update(repeating: 0, count: packedBias.count)
  }

  /// Sets the gradients: the parts' sums, added in the order of the parts, whichever thread made
  /// them.
  func finishParts(_ parts: Int, team: ThreadTeam) {
    for channel in 0..<shape.outputs {
      bias.gradient.base[channel] = Float((0..<parts).reduce(0) { $0 + biasSums($1)[channel] })
    }
    guard areLearnt, let gradient = parameters.first?.gradient else { return }
    team.run(shape.outputBlocks) { block in
      let sum = partial(0) + block * shape.packedCount
      for part in 1..<max(1, parts) {
        lathe_add(partial(part) + block * shape.packedCount, sum, shape.packedCount)
      }
      var filters = shape.filters
      lathe_unpack_convolution(
        &filters, sum, block, gradient.base + block * 16 * shape.inputs * shape.kernel)
    }
  }
}

/// Doubles that a layer owns.
final class DoubleStorage {
  let count: Int
  let base: UnsafeMutablePointer<Double>

  /// Zeroes.
  init(count: Int) {
    self.count = count
    base = .allocate(capacity: max(1, count))
    base.initialize(repeating: 0, count: max(1, count))
  }

  deinit { base.deallocate() }
}

extension DoubleStorage? {
  /// Room for at least `count` numbers.
  mutating func reserve(_ count: Int) throws(TrainingError) {
    if let self, self.count >= count { return }
    self = DoubleStorage(count: count)
  }

  /// The first number of a storage that was reserved.
  var start: UnsafeMutablePointer<Double> {
    guard let self else { preconditionFailure("a layer was used before room was made for it") }
    return self.base
  }
}
