import CKernels
import Training

/// A convolution of any kernel, stride and padding as a product of matrices.
///
/// Threads take groups of samples: what every output meets at every tap is laid out in columns,
/// which the packed weights are multiplied with; in the backward pass their gradient is added up
/// where it came from.
final class ColumnConvolution: Layer {
  let input: BlockedShape
  let output: BlockedShape
  let parameters: [Parameter]

  private let plane: LathePlane
  private let workspace: Workspace
  private var result: FloatStorage?
  private var inputGradient: FloatStorage?
  private var source: UnsafePointer<Float>?

  private static let lanes = BlockedShape.lanes
  /// Rows of a product from which on its weights are read seldom enough.
  private static let leastRows = 96
  /// Blocks of sixteen rows of a column that are multiplied at once, so that their weights stay in
  /// L2.
  private static let chunk = 32

  private var weight: Parameter { parameters[0] }
  private var taps: Int { plane.kernel * plane.kernel }
  /// Blocks of a column.
  private var columnBlocks: Int { taps * input.blocks }
  private var group: Int { max(1, Self.leastRows / output.positions) }
  private var packedCount: Int { output.blocks * columnBlocks * Self.lanes * Self.lanes }

  /// - Parameter weight: [outputs, inputs, kernel, kernel].
  init(
    weight: Parameter, bias: Parameter?, window: Window, input: BlockedShape, workspace: Workspace
  ) {
    self.input = input
    self.workspace = workspace
    output = window.output(of: input, channels: weight.shape[0])
    parameters = [weight] + (bias.map { [$0] } ?? [])
    plane = LathePlane(window, over: input, output: output)
  }

  var outputShape: [Int] { output.axes }

  func trainingOperations(needsInput: Bool) -> Int {
    weight.count * output.positions * 2 * (needsInput ? 3 : 2)
  }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    try result.reserve(rows * output.count)
    let columns = group * output.positions * columnBlocks * Self.lanes
    let products = group * output.count
    if training { try inputGradient.reserve(rows * input.count) }
    try workspace.reserve(
      shared: 2 * packedCount, part: columns + products + (training ? packedCount : 0),
      parts: team.count)
  }

  private func packWeights(_ packed: UnsafeMutablePointer<Float>, _ team: ThreadTeam) {
    let packedBlock = packedCount / output.blocks
    team.share(output.blocks) { _, block in
      lathe_blocked_weights(
        weight.value.base, input.channels, output.channels, taps, block, 1,
        packed + block * packedBlock)
    }
  }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    source = input
    let result = result.start
    let weights = workspace.shared.start
    packWeights(weights, pass.team)
    let group = group
    pass.team.share((rows + group - 1) / group) { part, item in
      let first = item * group
      let samples = min(group, rows - first)
      let count = samples * output.positions
      let columns = workspace.part(part)
      layColumns(input + first * self.input.count, samples: samples, columns)
      let target = result + first * output.count
      let products = samples == 1 ? target : columns + columnBlocks * count * Self.lanes
      pass.team.times.product(
        BlockedShape.operations(rows: count, blocks: columnBlocks, outputBlocks: output.blocks)
      ) {
        multiply(columns, weights, rows: count, into: products)
      }
      if samples > 1 {
        copy(samples) { sample, block in
          (
            UnsafePointer(products + (block * count + sample * output.positions) * Self.lanes),
            target + sample * output.count + block * output.planeCount
          )
        }
      }
      addBias(target, samples: samples)
    }
    return result
  }

  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? {
    guard let source else { return nil }
    let lanes = Self.lanes
    let packed = workspace.shared.start
    let turned = packed + packedCount
    if needsInput {
      packWeights(packed, pass.team)
      pass.team.share(columnBlocks) { _, block in
        lathe_blocked_weights_turned(
          packed, input.blocks, taps, output.blocks, block, 1, turned)
      }
    }
    let group = group
    let groups = (rows + group - 1) / group
    let parts = min(pass.team.count, groups)
    // Each part adds up its share of the samples in their order, the parts are added in theirs.
    pass.team.run(parts) { part in
      let sums = workspace.part(part)
      let columns = sums + packedCount
      let mine = groups * part / parts..<groups * (part + 1) / parts
      for item in mine {
        let first = item * group
        let samples = min(group, rows - first)
        let count = samples * output.positions
        let given = UnsafePointer(gradient + first * output.count)
        let gathered = columns + columnBlocks * count * lanes
        if samples > 1 {
          copy(samples) { sample, block in
            (
              given + sample * output.count + block * output.planeCount,
              gathered + (block * count + sample * output.positions) * lanes
            )
          }
        }
        let products = samples > 1 ? UnsafePointer(gathered) : given
        layColumns(source + first * input.count, samples: samples, columns)
        let operations = BlockedShape.operations(
          rows: count, blocks: columnBlocks, outputBlocks: output.blocks)
        pass.team.times.product(operations) {
          lathe_blocked_gradient(
            columns, count * lanes, count, columnBlocks, products, count * lanes, output.blocks,
            sums, columnBlocks * lanes * lanes, item == mine.lowerBound ? 0 : 1)
        }
        guard needsInput else { continue }
        pass.team.times.product(operations) {
          lathe_blocked_product(
            products, count * lanes, count, output.blocks, turned, output.blocks * lanes * lanes,
            columnBlocks, columns, count * lanes, 0)
        }
        addUpColumns(columns, samples: samples, into: inputGradient.start + first * input.count)
      }
    }
    let sums = workspace.part(0)
    let packedBlock = packedCount / output.blocks
    pass.team.share(output.blocks) { _, block in
      for part in 1..<max(1, parts) {
        lathe_add(
          workspace.part(part) + block * packedBlock, sums + block * packedBlock, packedBlock)
      }
      lathe_blocked_weight_gradient(
        sums, 1, 0, input.channels, output.channels, taps, block, 1, weight.gradient.base)
    }
    if parameters.count > 1 {
      BlockedSums.setBiasGradient(
        parameters[1].gradient, from: gradient, shape: output, rows: rows)
    }
    return needsInput ? inputGradient.start : nil
  }

  private func layColumns(
    _ source: UnsafePointer<Float>, samples: Int, _ columns: UnsafeMutablePointer<Float>
  ) {
    withUnsafePointer(to: plane) { plane in
      for sample in 0..<samples {
        lathe_blocked_columns(
          source + sample * input.count, plane, columns, sample * output.positions,
          samples * output.positions)
      }
    }
  }

  private func addUpColumns(
    _ columns: UnsafePointer<Float>, samples: Int, into target: UnsafeMutablePointer<Float>
  ) {
    withUnsafePointer(to: plane) { plane in
      for sample in 0..<samples {
        lathe_blocked_columns_gradient(
          columns, sample * output.positions, samples * output.positions, plane,
          target + sample * input.count)
      }
    }
  }

  private func multiply(
    _ columns: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, rows: Int,
    into products: UnsafeMutablePointer<Float>
  ) {
    let lanes = Self.lanes
    for first in stride(from: 0, to: columnBlocks, by: Self.chunk) {
      lathe_blocked_product(
        columns + first * rows * lanes, rows * lanes, rows, min(Self.chunk, columnBlocks - first),
        weights + first * lanes * lanes, columnBlocks * lanes * lanes, output.blocks, products,
        rows * lanes, first == 0 ? 0 : 1)
    }
  }

  private func copy(
    _ samples: Int,
    _ addresses: (_ sample: Int, _ block: Int) -> (
      UnsafePointer<Float>, UnsafeMutablePointer<Float>
    )
  ) {
    for sample in 0..<samples {
      for block in 0..<output.blocks {
        let (from, to) = addresses(sample, block)
        to.update(from: from, count: output.planeCount)
      }
    }
  }

  private func addBias(_ target: UnsafeMutablePointer<Float>, samples: Int) {
    guard parameters.count > 1 else { return }
    let bias = parameters[1].value.base
    for sample in 0..<samples {
      for block in 0..<output.blocks {
        lathe_add_bias(
          bias + block * Self.lanes, output.positions, Self.lanes, 0,
          target + sample * output.count + block * output.planeCount)
      }
    }
  }
}
