import CKernels
import Foundation
import SignalKit
import TestSupport
import Testing

/// Logarithms, matrix products and medians along mel against their definitions.
@Suite struct DecibelKernelTests {
  @Test(arguments: [16, 32, 1_040])
  func decibels(_ count: Int) {
    var generator = SeededGenerator(seed: UInt64(count))
    // Evenly over all exponents from below the floor to far above 0 dB, powers of ten among them.
    var values = generator.floats(count, in: -12...8).map { Float(pow(10, Double($0))) }
    for (index, exact) in [0, 1e-10, 1e-11, 1, 10, 100, 0.5, 2].enumerated() {
      values[index] = Float(exact)
    }
    let expected = values.map { 10 * log10(max(Double($0), Double(Float(1e-10)))) }
    let largest = lathe_decibel(&values, 1e-10, count)
    for (value, exact) in zip(values, expected) {
      #expect(isClose(Double(value), exact, absolute: 1e-6, relative: 2 * floatStep))
    }
    #expect(largest == values.max())
    #expect(values[3] == 0, "one is exactly 0 dB")
    #expect(values[0] == values[1] && values[1] == values[2], "all at the floor")
  }

  @Test(arguments: [16, 48])
  func whatIsNoNumberCountsAsTheFloor(_ count: Int) {
    var values = [Float](repeating: 1e-3, count: count)
    values[count - 1] = .nan
    #expect(lathe_decibel(&values, 1e-10, count) == values[0])
    #expect(values[count - 1] == -100)
    #expect(values.dropLast().allSatisfy { $0 == values[0] })
  }

  @Test func decibelsRiseWithTheirArgument() {
    var values = (0..<4_096).map { Float(1 + Double($0) / 4_096) }
    lathe_decibel(&values, 1e-10, values.count)
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test(arguments: [0, 1, 15, 16, 17, 100])
  func clipBelow(_ count: Int) {
    var generator = SeededGenerator(seed: UInt64(count) + 1)
    let values = generator.floats(count)
    var clipped = values
    lathe_clip_below(&clipped, 0.25, count)
    #expect(clipped == values.map { max($0, 0.25) })
  }

  @Test(arguments: [(outputs: 1, inputs: 1), (3, 5), (4, 128), (7, 16), (15, 40), (20, 128)])
  func matrixByFrames(outputs: Int, inputs: Int) {
    var generator = SeededGenerator(seed: UInt64(outputs * 1_000 + inputs))
    let (frames, stride) = (32, 41)
    let matrix = generator.floats(outputs * inputs)
    let input = generator.floats(inputs * stride)
    var output = [Float](repeating: -1, count: outputs * stride)
    lathe_matrix_by_frames(matrix, outputs, inputs, input, frames, stride, &output)
    for row in 0..<outputs {
      for frame in 0..<frames {
        let expected = (0..<inputs).reduce(Float(0)) {
          $0 + matrix[row * inputs + $1] * input[$1 * stride + frame]
        }
        #expect(output[row * stride + frame] == expected)
      }
      #expect(output[row * stride + frames..<(row + 1) * stride].allSatisfy { $0 == -1 })
    }
  }

  @Test(arguments: [1, 2, 3])
  func fluxMedian(_ seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let stride = 23
    // The first column stands before the first frame; odd seeds rise almost everywhere, so that the
    // median is not 0.
    let input = (0..<128 * stride).map { index in
      Float.random(in: -1...1, using: &generator) + (seed % 2 == 1 ? Float(index % stride) : 0)
    }
    var output = [Float](repeating: .nan, count: 16)
    input.withUnsafeBufferPointer { input in
      guard let base = input.baseAddress else { return }
      lathe_flux_median128(base + 1, stride, &output)
    }
    for frame in 0..<16 {
      let rises = (0..<128).map {
        max(0, input[$0 * stride + frame + 1] - input[$0 * stride + frame])
      }.sorted()
      #expect(output[frame] == (rises[63] + rises[64]) * 0.5)
    }
  }
}
