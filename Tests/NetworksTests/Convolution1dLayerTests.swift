import Testing
import Training

@testable import Networks

/// The convolution as a layer against its definition and against finite differences.
@Suite struct Convolution1dLayerTests {
  struct Size: CustomTestStringConvertible {
    var inputs: Int
    var outputs: Int
    var kernel: Int
    var stride: Int
    var length: Int
    var rows = 3

    var testDescription: String {
      "\(inputs) to \(outputs), kernel \(kernel), stride \(stride), \(length) long, \(rows) rows"
    }

    func layer() throws -> Convolution1d {
      try Convolution1d(
        "c",
        Convolution1dShape(
          "c", inputs: inputs, outputs: outputs, kernel: kernel, stride: stride, length: length),
        seed: 9)
    }
  }

  static let sizes = [
    Size(inputs: 1, outputs: 1, kernel: 1, stride: 1, length: 1),
    Size(inputs: 1, outputs: 16, kernel: 7, stride: 2, length: 40),
    Size(inputs: 1, outputs: 5, kernel: 4, stride: 3, length: 23, rows: 11),
    Size(inputs: 16, outputs: 32, kernel: 8, stride: 2, length: 41),
    Size(inputs: 17, outputs: 33, kernel: 3, stride: 1, length: 20),
    Size(inputs: 3, outputs: 2, kernel: 2, stride: 5, length: 33),
    Size(inputs: 40, outputs: 20, kernel: 5, stride: 4, length: 30, rows: 9),
  ]

  @Test(arguments: sizes) func agreesWithItsDefinition(_ size: Size) throws {
    let layer = try size.layer()
    let positions = layer.shape.positions
    let input = WaveformLayerRun.numbers(size.rows * size.inputs * size.length, seed: 1)
    let gradient = WaveformLayerRun.numbers(size.rows * size.outputs * positions, seed: 2)
    let run = try WaveformLayerRun(layer, input, rows: size.rows, gradient: gradient, threads: 2)
    let weight = layer.parameters[0].value.array
    let bias = layer.parameters[1].value.array
    var output = [Double](repeating: 0, count: gradient.count)
    var inputGradient = [Double](repeating: 0, count: input.count)
    var weightGradient = [Double](repeating: 0, count: weight.count)
    var biasGradient = [Double](repeating: 0, count: bias.count)
    for row in 0..<size.rows {
      for o in 0..<size.outputs {
        for t in 0..<positions {
          let index = (row * size.outputs + o) * positions + t
          let g = Double(gradient[index])
          output[index] += Double(bias[o])
          biasGradient[o] += g
          for i in 0..<size.inputs {
            for k in 0..<size.kernel {
              let x = (row * size.inputs + i) * size.length + t * size.stride + k
              let w = (o * size.inputs + i) * size.kernel + k
              output[index] += Double(input[x]) * Double(weight[w])
              inputGradient[x] += g * Double(weight[w])
              weightGradient[w] += g * Double(input[x])
            }
          }
        }
      }
    }
    #expect(WaveformLayerRun.difference(run.output, output.map { Float($0) }) < 1e-5)
    #expect(WaveformLayerRun.difference(run.inputGradient, inputGradient.map { Float($0) }) < 1e-5)
    #expect(
      WaveformLayerRun.difference(run.gradients["c.weight"] ?? [], weightGradient.map { Float($0) })
        < 1e-5)
    #expect(
      WaveformLayerRun.difference(run.gradients["c.bias"] ?? [], biasGradient.map { Float($0) })
        < 1e-5)
  }

  @Test func agreesWithFiniteDifferences() throws {
    let size = Size(inputs: 3, outputs: 18, kernel: 5, stride: 2, length: 24)
    try WaveformLayerRun.checkByFiniteDifferences(
      size.layer(), WaveformLayerRun.numbers(3 * 3 * 24, seed: 3), rows: 3, seed: 4)
    try WaveformLayerRun.checkByFiniteDifferences(
      BatchNormalisation1d("n", channels: 18, length: 7),
      WaveformLayerRun.numbers(3 * 18 * 7, seed: 5), rows: 3, seed: 6)
    // Values at least 0.03 apart, so that no step changes which is the largest.
    let apart = (0..<3 * 4 * 13).map { Float(($0 * 61) % 156) * 0.03 }
    try WaveformLayerRun.checkByFiniteDifferences(
      MaximumPooling1d(channels: 4, length: 13, window: 4), apart, rows: 3, seed: 7)
  }

  @Test func refusesWhatDoesNotFit() {
    #expect(throws: TrainingError.self) {
      try Convolution1dShape("c", inputs: 1, outputs: 1, kernel: 9, stride: 1, length: 8)
    }
    #expect(throws: TrainingError.self) {
      try Convolution1dShape("c", inputs: 1, outputs: 1, kernel: 1, stride: 0, length: 8)
    }
    #expect(throws: TrainingError.self) {
      try MaximumPooling1d(channels: 1, length: 3, window: 4)
    }
  }

  @Test func theLargestOfEqualsIsTheFirstAndNaNStays() throws {
    let layer = try MaximumPooling1d(channels: 1, length: 7, window: 3)
    let run = try WaveformLayerRun(
      layer, [1, 2, 2, .nan, 5, 1, 9], rows: 1, gradient: [10, 20])
    #expect(run.output[0] == 2 && run.output[1].isNaN)
    #expect(run.inputGradient == [0, 10, 0, 20, 0, 0, 0])
  }
}
