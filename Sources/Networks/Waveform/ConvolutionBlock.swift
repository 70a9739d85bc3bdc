import CKernels
import Training

/// A convolution along time, max(0, ·), batch normalisation and pooling in one layer: equal to
/// `Conv1d`, `ReLU`, `BatchNorm1d` and `MaxPool1d` of `torch.nn` after one another, in this order
/// or with the middle two exchanged.
///
/// Passes over the convolution's output are what such networks spend half their time with
/// elsewhere. Here it is written once and read once. Forward, tiles get max(0, ·), the sums of the
/// normalisation and each window's extreme while they are in the first cache: normalisation is a
/// rising or falling line in each channel, so what is largest after it was largest or smallest
/// before it, and only that is ever normalised. Backward, the normalisation's own sums need nothing
/// but the extremes, since nothing else has a gradient from above; then tiles of the gradient by
/// the convolution's output are made in the first cache and go into the products at once.
final class ConvolutionBlock: Layer {
  /// What comes directly after the convolution.
  enum Order: String, CaseIterable, Hashable {
    /// max(0, ·), then normalisation.
    case rectifyFirst = "relu-first"
    /// Normalisation, then max(0, ·).
    case normaliseFirst = "normalise-first"
  }

  /// How the numbers of a sequence lie at the block's ends.
  enum Layout {
    /// `[channel][position]`, as everywhere else.
    case channels
    /// Blocks of sixteen channels, `[block][position][16]`, as between convolution blocks.
    case blocks
  }

  let shape: Convolution1dShape
  let filters: Convolution1dFilters
  let normalisation: ChannelNormalisation
  let window: Int
  let order: Order
  let inputLayout: Layout
  let outputLayout: Layout
  /// Whether ``backward(_:rows:needsInput:_:)`` can give the gradient by the input.
  let passesGradient: Bool

  /// Where the time goes, while that is measured.
  var times: WorkTimes?
  /// Where the last input lies, as the kernels read it.
  var input: UnsafePointer<Float>?
  /// The input in blocks of channels, where it comes as plain channels.
  var inputBlocks: FloatStorage?
  /// The convolution's output (rectified if that comes first).
  var values: FloatStorage?
  /// Each window's extreme; without pooling, `values` are.
  var extremes: FloatStorage?
  /// The output in blocks of channels, and as plain channels where these are asked for.
  var output: FloatStorage?
  var outputChannels: FloatStorage?
  /// The gradient by the output in blocks of channels, where it comes as plain channels.
  var gradientBlocks: FloatStorage?
  var inputGradient: FloatStorage?
  var inputGradientChannels: FloatStorage?
  /// A stretch of outputs, or of gradients by them, for each part.
  var scratch: FloatStorage?
  /// Floats of a part in ``scratch``.
  private(set) var scratchCount = 0
  /// One row of the gradient by the input for each part.
  var lastRow: FloatStorage?
  /// 32 for each part and group of sixteen channels.
  var sums: DoubleStorage?

  /// - Parameters:
  ///   - number: the block's number in the network, which names its tensors: `convolutions.N`,
  ///     `normalisations.N`.
  ///   - window: positions that are pooled into one, 1 for none; what is left at the end is
  ///     dropped.
  ///   - passesGradient: false where no layer before this one learns.
  ///   - start: filters to begin with; PyTorch's way of drawing them where nil.
  ///   - isFixed: whether the filters are not learnt.
  /// - Throws: ``TrainingError/Kind/configuration`` where the window is longer than the output.
  init(
    number: Int, _ shape: Convolution1dShape, window: Int, order: Order = .rectifyFirst,
    inputLayout: Layout = .channels, outputLayout: Layout = .channels, passesGradient: Bool = true,
    start: [Float]? = nil, isFixed: Bool = false, seed: UInt64
  ) throws(TrainingError) {
    guard 1...shape.positions ~= window else {
      throw TrainingError(
        kind: .configuration, subject: "pooling \(number)",
        detail: "windows of \(window) do not fit into \(shape.positions) positions",
        hint: "give smaller kernels, strides or pooling, or longer slices")
    }
    self.shape = shape
    self.window = window
    self.order = order
    // One channel is the same either way.
    self.inputLayout = shape.inputs == 1 ? .blocks : inputLayout
    self.outputLayout = outputLayout
    self.passesGradient = passesGradient
    filters = try Convolution1dFilters(
      "convolutions.\(number)", shape, start: start, isFixed: isFixed, seed: seed)
    normalisation = try ChannelNormalisation("normalisations.\(number)", channels: shape.outputs)
  }

  var parameters: [Parameter] { filters.parameters + normalisation.parameters }
  var statistics: [RunningStatistic] { filters.statistics + normalisation.statistics }

  func trainingOperations(needsInput: Bool) -> Int {
    // Forward, by the filters, by the input.
    let passes = 1 + (filters.areLearnt ? 1 : 0) + (needsInput && passesGradient ? 1 : 0)
    return passes * shape.operations
  }

  var outputShape: [Int] {
    outputLayout == .channels ? [shape.outputs, pooled] : [blocks, pooled, 16]
  }

  var blocks: Int { shape.outputBlocks }
  /// Positions after pooling.
  var pooled: Int { shape.positions / window }
  /// Floats of a sample after pooling, in blocks.
  var pooledCount: Int { blocks * pooled * 16 }
  /// Floats of a sample of the convolution's output, in blocks.
  var valueCount: Int { blocks * shape.positions * 16 }

  /// Whether a sample is longer than a stretch; then stretches are taken one by one, else samples
  /// together.
  var isLong: Bool { shape.positions > 2 * stretch }
  /// Positions that are worked on while they are in the first cache: whole tiles, whole windows.
  var stretch: Int { max(1, 168 / window) * window }

  /// Blocks' positions in a part's scratch of gradients.
  var gradientRoom: Int {
    if passesGradient { return shape.margin + shape.rows }
    return isLong ? stretch : shape.positions
  }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    let parts = BatchParts(rows: rows, team: team)
    if inputLayout == .channels { try inputBlocks.reserve(rows * shape.inputCount) }
    try output.reserve(rows * pooledCount)
    if outputLayout == .channels { try outputChannels.reserve(rows * outputCount) }
    try sums.reserve(parts.count * blocks * 32)
    var room = isLong ? blocks * stretch * 16 : parts.most * valueCount
    if training {
      try values.reserve(rows * valueCount)
      if window > 1 { try extremes.reserve(rows * pooledCount) }
      if outputLayout == .channels { try gradientBlocks.reserve(rows * pooledCount) }
      room = max(room, blocks * gradientRoom * 16 * (isLong ? 1 : parts.most))
      try filters.reserve(parts: parts.count, passesGradient: passesGradient)
      if passesGradient {
        try inputGradient.reserve(rows * shape.inputBlocks * shape.length * 16)
        try lastRow.reserve(parts.count * shape.inputBlocks * shape.stride * 16)
        if inputLayout == .channels || shape.inputs == 1 {
          try inputGradientChannels.reserve(rows * shape.inputs * shape.length)
        }
      }
    }
    scratchCount = max(scratchCount, room)
    try scratch.reserve(parts.count * scratchCount)
  }
}
