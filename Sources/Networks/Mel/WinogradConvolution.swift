import CKernels
import Training

/// A 3 × 3 convolution with stride 1 and padding 1 by Winograd's minimal filtering, F(2 × 2, 3 ×
/// 3) or F(4 × 4, 3 × 3), for outputs, input gradient and weight gradient.
///
/// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016. Tiles of (m +
/// 2)² inputs become as many *points*, at each of which the convolution is a product of matrices:
/// 2.25 or 4 times fewer multiplications. The input gradient is the same with turned filters; the
/// weight gradient is the adjoint, Gᵀ[Σ (Bᵀ x B) ⊙ (A dY Aᵀ)]G.
///
/// Where the weights' points fit the caches, threads take groups of samples whose points stay in
/// L2; where not, they take slabs of 32 outputs, whose weights are transformed, used for the whole
/// batch and forgotten.
final class WinogradConvolution: Layer {
  let input: BlockedShape
  let output: BlockedShape
  let parameters: [Parameter]
  /// Outputs a side of a tile: 2 or 4.
  let tile: Int

  let workspace: Workspace
  private var result: FloatStorage?
  private var inputGradient: FloatStorage?
  private var source: UnsafePointer<Float>?

  static let lanes = BlockedShape.lanes
  /// Blocks of sixteen outputs in a slab: as many as a tile of registers is wide.
  static let slab = 2
  /// Floats of the points of a group of samples: half of a cache of 1 MiB.
  private static let groupFloats = 1 << 17
  /// Floats of the weights' points up to which all of them are kept.
  private static let residentFloats = 1 << 20

  var weight: Parameter { parameters[0] }
  private var bias: UnsafePointer<Float>? {
    parameters.count > 1 ? UnsafePointer(parameters[1].value.base) : nil
  }
  /// Points of a tile.
  var points: Int { (tile + 2) * (tile + 2) }
  /// Tiles of one plane.
  var tiles: Int { Self.tiles(of: input, tile: tile) }
  private var isResident: Bool { points * padded(input) * padded(output) <= Self.residentFloats }

  /// - Parameters:
  ///   - weight: [outputs, inputs, 3, 3].
  ///   - tile: 2 or 4; nil for what costs fewer multiplications, 2 where 4 gains little.
  init(
    weight: Parameter, bias: Parameter?, input: BlockedShape, tile: Int? = nil,
    workspace: Workspace
  ) {
    self.input = input
    self.workspace = workspace
    output = BlockedShape(channels: weight.shape[0], height: input.height, width: input.width)
    parameters = [weight] + (bias.map { [$0] } ?? [])
    self.tile = tile ?? Self.cheapestTile(input)
  }

  var outputShape: [Int] { output.axes }

  func trainingOperations(needsInput: Bool) -> Int {
    weight.count * output.positions * 2 * (needsInput ? 3 : 2)
  }

  private static func tiles(of shape: BlockedShape, tile: Int) -> Int {
    ((shape.height + tile - 1) / tile) * ((shape.width + tile - 1) / tile)
  }

  /// The larger tile has about five times the rounding error; it must spare a sixth of the work.
  private static func cheapestTile(_ shape: BlockedShape) -> Int {
    6 * 36 * tiles(of: shape, tile: 4) <= 5 * 16 * tiles(of: shape, tile: 2) ? 4 : 2
  }

  /// Of the products of all points.
  func operations(rows: Int, _ inputs: BlockedShape, outputBlocks: Int) -> Int {
    points * BlockedShape.operations(rows: rows, blocks: inputs.blocks, outputBlocks: outputBlocks)
  }

  /// Channels, filled up to sixteens.
  func padded(_ shape: BlockedShape) -> Int { shape.blocks * Self.lanes }
  /// Slabs of outputs.
  func slabs(_ shape: BlockedShape) -> Int { (shape.blocks + Self.slab - 1) / Self.slab }
  /// Blocks of one of them: the last may have fewer.
  func blocks(_ slab: Int, of shape: BlockedShape) -> Int {
    min(Self.slab, shape.blocks - slab * Self.slab)
  }
  /// Floats of the weights' points of one slab.
  func slabCount(inputs: BlockedShape) -> Int {
    points * Self.slab * padded(inputs) * Self.lanes
  }
  /// Samples that are taken together.
  var group: Int {
    max(1, Self.groupFloats / (points * tiles * max(padded(input), padded(output))))
  }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    try result.reserve(rows * output.count)
    if training { try inputGradient.reserve(rows * input.count) }
    let most = max(padded(input), padded(output))
    if isResident {
      let weights = max(
        slabs(output) * slabCount(inputs: input), slabs(input) * slabCount(inputs: output))
      let some = points * group * tiles
      try workspace.reserve(
        shared: weights, part: some * (padded(input) + padded(output)) + weights,
        parts: team.count)
    } else {
      try workspace.reserve(
        shared: points * rows * tiles * most,
        part: slabCount(inputs: input.blocks > output.blocks ? input : output)
          + points * Self.slab * rows * tiles * Self.lanes,
        parts: team.count)
    }
  }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    source = input
    let result = result.start
    convolve(
      input, of: self.input, into: result, of: output, rows: rows, turned: false, pass.team)
    return result
  }

  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? {
    guard let source else { return nil }
    if isResident {
      accumulateWeightGradient(source, gradient, rows: rows, pass.team)
    } else {
      weightGradientBySlabs(source, gradient, rows: rows, pass.team)
    }
    if parameters.count > 1 {
      BlockedSums.setBiasGradient(
        parameters[1].gradient, from: gradient, shape: output, rows: rows)
    }
    guard needsInput else { return nil }
    let result = inputGradient.start
    convolve(
      gradient, of: output, into: result, of: self.input, rows: rows, turned: true, pass.team)
    return result
  }

  private func convolve(
    _ source: UnsafePointer<Float>, of from: BlockedShape,
    into target: UnsafeMutablePointer<Float>, of to: BlockedShape, rows: Int, turned: Bool,
    _ team: ThreadTeam
  ) {
    let shared = workspace.shared.start
    let slabCount = slabCount(inputs: from)
    let lanes = Self.lanes
    let bias = turned ? nil : bias
    func transformWeights(_ slab: Int, _ to: BlockedShape, _ points: UnsafeMutablePointer<Float>) {
      lathe_winograd_weights(
        Int32(tile), weight.value.base, input.channels, output.channels, slab * Self.slab,
        blocks(slab, of: to), turned ? 1 : 0, points)
    }
    if isResident {
      team.share(slabs(to)) { _, slab in
        transformWeights(slab, to, shared + slab * slabCount)
      }
      let group = group
      team.share((rows + group - 1) / group) { part, item in
        let first = item * group
        let samples = min(group, rows - first)
        let count = samples * tiles
        let columns = workspace.part(part)
        let products = columns + points * count * padded(from)
        transformInput(
          source + first * from.count, from, samples: samples, into: columns, tiles: count)
        team.times.product(operations(rows: count, from, outputBlocks: to.blocks)) {
          for point in 0..<points {
            for slab in 0..<slabs(to) {
              let blocks = blocks(slab, of: to)
              lathe_blocked_product(
                columns + point * count * padded(from), count * lanes, count, from.blocks,
                shared + slab * slabCount + point * blocks * padded(from) * lanes,
                padded(from) * lanes, blocks,
                products + (point * to.blocks + slab * Self.slab) * count * lanes, count * lanes,
                0)
            }
          }
        }
        for sample in 0..<samples {
          lathe_winograd_output(
            Int32(tile), products + sample * tiles * lanes, to.blocks * count * lanes,
            count * lanes, bias, to.blocks, to.height, to.width,
            target + (first + sample) * to.count)
        }
      }
    } else {
      let count = rows * tiles
      transformInputs(source, from, rows: rows, into: shared, team)
      team.share(slabs(to)) { part, slab in
        let blocks = blocks(slab, of: to)
        let weights = workspace.part(part)
        let products = weights + slabCount
        transformWeights(slab, to, weights)
        team.times.product(operations(rows: count, from, outputBlocks: blocks)) {
          for point in 0..<points {
            lathe_blocked_product(
              shared + point * count * padded(from), count * lanes, count, from.blocks,
              weights + point * blocks * padded(from) * lanes, padded(from) * lanes, blocks,
              products + point * blocks * count * lanes, count * lanes, 0)
          }
        }
        for sample in 0..<rows {
          lathe_winograd_output(
            Int32(tile), products + sample * tiles * lanes, blocks * count * lanes, count * lanes,
            bias.map { $0 + slab * Self.slab * lanes }, blocks, to.height, to.width,
            target + sample * to.count + slab * Self.slab * to.planeCount)
        }
      }
    }
  }

  func transformInput(
    _ source: UnsafePointer<Float>, _ shape: BlockedShape, samples: Int,
    into columns: UnsafeMutablePointer<Float>, tiles count: Int
  ) {
    for sample in 0..<samples {
      lathe_winograd_input(
        Int32(tile), source + sample * shape.count, shape.blocks, shape.height, shape.width,
        columns + sample * tiles * Self.lanes, count * padded(shape), count * Self.lanes)
    }
  }

  func transformInputs(
    _ source: UnsafePointer<Float>, _ shape: BlockedShape, rows: Int,
    into columns: UnsafeMutablePointer<Float>, _ team: ThreadTeam
  ) {
    let count = rows * tiles
    team.share(rows) { _, sample in
      lathe_winograd_input(
        Int32(tile), source + sample * shape.count, shape.blocks, shape.height, shape.width,
        columns + sample * tiles * Self.lanes, count * padded(shape), count * Self.lanes)
    }
  }
}
