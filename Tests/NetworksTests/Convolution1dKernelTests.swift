import CKernels
import Testing

@testable import Networks

/// The products against their definitions, at sizes on and off those of the tiles.
@Suite struct Convolution1dKernelTests {
  struct Case: CustomTestStringConvertible {
    var samples = 1
    var positions: Int
    var blocks: Int
    var segments = 1
    var span: Int
    var rowStride: Int
    var phases = 1

    var testDescription: String {
      "\(samples) × \(positions), \(blocks) blocks, \(segments) × \(span), \(rowStride), \(phases)"
    }

    var shape: LatheConvolution {
      let reach = (positions - 1) * rowStride + span + 3
      let blocksOfPhase = (blocks + phases - 1) / phases
      return LatheConvolution(
        samples: samples, positions: positions, blocks: blocks, segments: segments, span: span,
        rowStride: rowStride, segmentStride: reach, sampleStride: segments * reach + 5,
        phases: phases, outputRowStride: phases * 16,
        outputBlockStride: (positions + 1) * phases * 16,
        outputSampleStride: blocksOfPhase * (positions + 1) * phases * 16)
    }

    var inputCount: Int { shape.samples * shape.sampleStride }
    var outputCount: Int { shape.samples * shape.outputSampleStride }
    var weightCount: Int { blocks * segments * span * 16 }

    /// Calls `body` with the index of every product's output, input and weight.
    func forEachProduct(_ body: (_ output: Int, _ input: Int, _ weight: Int) -> Void) {
      let shape = shape
      for sample in 0..<samples {
        for block in 0..<blocks {
          for position in 0..<positions {
            let output = output(sample, block, position)
            for segment in 0..<segments {
              for index in 0..<span {
                let weight = ((block * segments + segment) * span + index) * 16
                let input =
                  sample * shape.sampleStride + segment * shape.segmentStride
                  + position * rowStride + index
                for channel in 0..<16 { body(output + channel, input, weight + channel) }
              }
            }
          }
        }
      }
    }

    func output(_ sample: Int, _ block: Int, _ position: Int) -> Int {
      sample * shape.outputSampleStride + block / phases * shape.outputBlockStride
        + block % phases * 16 + position * shape.outputRowStride
    }
  }

  static let cases = [
    Case(positions: 1, blocks: 1, span: 1, rowStride: 1),
    Case(positions: 2, blocks: 2, span: 3, rowStride: 2),
    Case(positions: 13, blocks: 1, span: 64, rowStride: 2),
    Case(samples: 2, positions: 14, blocks: 2, segments: 2, span: 17, rowStride: 5),
    Case(positions: 15, blocks: 3, segments: 3, span: 16, rowStride: 32),
    Case(samples: 3, positions: 29, blocks: 4, span: 6, rowStride: 7),
    Case(positions: 43, blocks: 5, segments: 2, span: 30, rowStride: 16),
    Case(samples: 2, positions: 9, blocks: 4, segments: 2, span: 32, rowStride: 16, phases: 2),
    Case(positions: 8, blocks: 6, span: 16, rowStride: 16, phases: 3),
  ]

  @Test(arguments: cases) func convolves(_ example: Case) {
    let input = WaveformLayerRun.numbers(example.inputCount, seed: 1)
    let weights = WaveformLayerRun.numbers(example.weightCount, seed: 2)
    let bias = WaveformLayerRun.numbers(example.blocks * 16, seed: 3)
    for hasBias in [true, false] {
      var expected = [Float](repeating: .nan, count: example.outputCount)
      for sample in 0..<example.samples {
        for block in 0..<example.blocks {
          for position in 0..<example.positions {
            for channel in 0..<16 {
              expected[example.output(sample, block, position) + channel] =
                hasBias ? bias[block * 16 + channel] : 0
            }
          }
        }
      }
      example.forEachProduct { expected[$0] += input[$1] * weights[$2] }
      var output = [Float](repeating: .nan, count: example.outputCount)
      var shape = example.shape
      lathe_convolve(&shape, input, weights, hasBias ? bias : nil, &output)
      for (value, expected) in zip(output, expected) {
        // What is no output is not written.
        #expect(value.isNaN == expected.isNaN && !(abs(value - expected) > 2e-5))
      }
    }
  }

  @Test(arguments: cases.filter { $0.phases == 1 }) func addsGradients(_ example: Case) {
    let input = WaveformLayerRun.numbers(example.inputCount, seed: 4)
    let gradient = WaveformLayerRun.numbers(example.outputCount, seed: 5)
    var weights = WaveformLayerRun.numbers(example.weightCount, seed: 6)
    var expected = weights
    example.forEachProduct { expected[$2] += input[$1] * gradient[$0] }
    var shape = example.shape
    lathe_convolution_add_gradient(&shape, input, gradient, &weights, nil, 0)
    #expect(WaveformLayerRun.difference(weights, expected) < 1e-5)
  }
}
