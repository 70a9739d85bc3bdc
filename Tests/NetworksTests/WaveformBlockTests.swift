import Safetensors
import Testing
import Training

@testable import Networks

/// The fused block against the same layers one by one.
@Suite struct WaveformBlockTests {
  struct Size: CustomTestStringConvertible {
    var inputs: Int
    var outputs: Int
    var kernel: Int
    var stride: Int
    var length: Int
    var window: Int
    var rows: Int

    var testDescription: String {
      "\(inputs) to \(outputs), \(kernel) / \(stride), \(length) long, pooled \(window), \(rows) rows"
    }

    var shape: Convolution1dShape {
      get throws {
        try Convolution1dShape(
          "c", inputs: inputs, outputs: outputs, kernel: kernel, stride: stride, length: length)
      }
    }
  }

  static let sizes = [
    Size(inputs: 1, outputs: 16, kernel: 9, stride: 2, length: 100, window: 8, rows: 3),
    // Longer than a stretch, with a rest that fills no window.
    Size(inputs: 1, outputs: 20, kernel: 16, stride: 1, length: 900, window: 8, rows: 2),
    Size(inputs: 16, outputs: 32, kernel: 4, stride: 2, length: 901, window: 3, rows: 2),
    Size(inputs: 5, outputs: 33, kernel: 5, stride: 3, length: 70, window: 4, rows: 19),
    Size(inputs: 18, outputs: 7, kernel: 2, stride: 2, length: 35, window: 1, rows: 5),
    Size(inputs: 2, outputs: 16, kernel: 3, stride: 1, length: 700, window: 1, rows: 2),
    Size(inputs: 1, outputs: 3, kernel: 3, stride: 1, length: 1_200, window: 400, rows: 2),
  ]

  /// Weights of both signs, and one of 0.
  private static func setWeights(_ parameters: [Parameter]) {
    for (index, parameter) in parameters.enumerated() {
      parameter.value.fill(
        from: WaveformLayerRun.numbers(parameter.count, seed: UInt64(40 + index)))
    }
    if parameters[2].count > 2 { parameters[2].value.base[2] = 0 }
  }

  private static func composed(
    _ size: Size, _ order: ConvolutionBlock.Order
  ) throws -> Sequential {
    let shape = try size.shape
    let convolution = try Convolution1d("convolutions.0", shape, seed: 1)
    let normalisation = try BatchNormalisation1d(
      "normalisations.0", channels: size.outputs, length: shape.positions)
    let rectified = RectifiedLinear(shape: convolution.outputShape)
    var layers: [any Layer] =
      order == .rectifyFirst
      ? [convolution, rectified, normalisation] : [convolution, normalisation, rectified]
    layers.append(
      try MaximumPooling1d(channels: size.outputs, length: shape.positions, window: size.window))
    return Sequential(inputShape: [size.inputs, size.length], layers)
  }

  @Test(arguments: sizes, ConvolutionBlock.Order.allCases)
  func equalsItsLayers(_ size: Size, _ order: ConvolutionBlock.Order) throws {
    let block = try ConvolutionBlock(
      number: 0, size.shape, window: size.window, order: order, seed: 1)
    let layers = try Self.composed(size, order)
    #expect(block.parameters.map(\.name) == layers.parameters.map(\.name))
    #expect(block.outputShape == layers.outputShape)
    Self.setWeights(block.parameters)
    Self.setWeights(layers.parameters)
    let input = WaveformLayerRun.numbers(size.rows * size.inputs * size.length, seed: 2)
    let gradient = WaveformLayerRun.numbers(size.rows * block.outputCount, seed: 3)
    let fused = try WaveformLayerRun(
      block, input, rows: size.rows, gradient: gradient, threads: 2)
    let plain = try WaveformLayerRun(layers, input, rows: size.rows, gradient: gradient)
    #expect(WaveformLayerRun.difference(fused.output, plain.output) < 1e-5)
    #expect(WaveformLayerRun.difference(fused.inputGradient, plain.inputGradient) < 5e-5)
    for (name, expected) in plain.gradients {
      // Before a normalisation a bias has no effect: what is left of its gradient is rounding.
      if order == .normaliseFirst, name == "convolutions.0.bias" { continue }
      #expect(
        WaveformLayerRun.difference(fused.gradients[name] ?? [], expected) < 5e-5, "\(name)")
    }
    for (name, expected) in plain.statistics {
      #expect(WaveformLayerRun.difference(fused.statistics[name] ?? [], expected) < 1e-5)
    }
    Self.expectTheSameChoices(block, layers, size, output: plain.output)
    let predicted = try WaveformLayerRun(block, input, rows: size.rows, isTraining: false)
    let expected = try WaveformLayerRun(layers, input, rows: size.rows, isTraining: false)
    #expect(WaveformLayerRun.difference(predicted.output, expected.output) < 1e-5)
  }

  /// What the block decided is what the layers did, but where a weight of 0 makes a window's
  /// numbers equal.
  private static func expectTheSameChoices(
    _ block: ConvolutionBlock, _ layers: Sequential, _ size: Size, output: [Float]
  ) {
    var wanted = layers.choices(rows: size.rows).compactMap(numbers)
    let given = block.choices(rows: size.rows).compactMap(numbers)
    if block.order == .normaliseFirst {
      wanted =
        size.window == 1
        ? [wanted[0]] : [zip(wanted[1], output).map { $1 > 0 ? $0 : Choice.stopped }]
    } else if size.window == 1 {
      wanted.removeLast()
    }
    #expect(given.count == wanted.count)
    for (given, wanted) in zip(given, wanted) {
      let positions = wanted.count / (size.rows * size.outputs)
      #expect(given.count == wanted.count)
      let differing = zip(given, wanted).enumerated().filter {
        $0.element.0 != $0.element.1 && $0.offset / positions % size.outputs != 2
      }
      #expect(differing.isEmpty)
    }
  }

  private static func numbers(_ choice: Tensor) -> [Int32]? {
    choice.bytes?.map { Int32($0) } ?? choice.int32s
  }

  @Test(arguments: ConvolutionBlock.Order.allCases)
  func agreesWithFiniteDifferences(_ order: ConvolutionBlock.Order) throws {
    let shape = try Convolution1dShape(
      "c", inputs: 2, outputs: 4, kernel: 3, stride: 2, length: 40)
    let block = try ConvolutionBlock(number: 0, shape, window: 2, order: order, seed: 5)
    Self.setWeights(block.parameters)
    // With a weight of 0 pooling has an edge: which of a window is the largest turns around there.
    block.parameters[2].value.base[2] = -0.5
    // Far enough from 0 that a small step turns nothing on or off, but for few: those are
    // tolerated.
    try WaveformLayerRun.checkByFiniteDifferences(
      block, WaveformLayerRun.numbers(6 * 2 * 40, seed: 6), rows: 6, seed: 7, step: 1e-3,
      tolerance: 2e-2)
  }

  @Test func threadsChangeNothing() throws {
    let size = Self.sizes[2]
    let input = WaveformLayerRun.numbers(19 * size.inputs * size.length, seed: 2)
    func run(_ threads: Int) throws -> WaveformLayerRun {
      let block = try ConvolutionBlock(number: 0, size.shape, window: size.window, seed: 1)
      let gradient = WaveformLayerRun.numbers(19 * block.outputCount, seed: 3)
      return try WaveformLayerRun(block, input, rows: 19, gradient: gradient, threads: threads)
    }
    let (one, three) = (try run(1), try run(3))
    #expect(one.output == three.output)
    #expect(one.inputGradient == three.inputGradient)
    #expect(one.gradients == three.gradients)
  }

  /// Sums about 0 must not cost the variance where the mean is far from it.
  @Test func normalisesFarFromZero() throws {
    let layer = try BatchNormalisation1d("n", channels: 1, length: 5_000)
    let noise = WaveformLayerRun.numbers(4 * 5_000, seed: 8)
    let run = try WaveformLayerRun(layer, noise.map { 100 + $0 }, rows: 4)
    let expected = try WaveformLayerRun(layer, noise, rows: 4)
    #expect(WaveformLayerRun.difference(run.output, expected.output) < 2e-3)
  }

  @Test func refusesAWindowThatDoesNotFit() throws {
    let shape = try Convolution1dShape(
      "c", inputs: 1, outputs: 1, kernel: 4, stride: 1, length: 10)
    #expect(throws: TrainingError.self) {
      try ConvolutionBlock(number: 0, shape, window: 8, seed: 1)
    }
  }
}
