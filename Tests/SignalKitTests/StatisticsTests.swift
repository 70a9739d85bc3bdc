import Foundation
import TestSupport
import Testing

@testable import SignalKit

/// Moments, medians, windows and the cosine transform: small exact answers.
@Suite struct StatisticsTests {
  @Test func momentsOfKnownValues() {
    let moments = Moments([2.0, 4, 4, 4, 5, 5, 7, 9])
    #expect(moments.mean == 5 && moments.variance == 4)
    #expect(Moments([3.0]) == Moments(mean: 3, variance: 0))
    #expect(Moments([Double]()) == Moments(mean: 0, variance: 0))
    let floats: [Float] = [2, 4, 4, 4, 5, 5, 7, 9]
    #expect(floats.withUnsafeBufferPointer { Moments($0) } == moments)
    #expect([Float]().withUnsafeBufferPointer { Moments($0) } == Moments(mean: 0, variance: 0))
    #expect(Moments(sum: 40, sumOfSquares: 232, count: 8) == moments)
  }

  /// In two passes: a large mean does not drown a small variance.
  @Test func momentsFarFromZero() {
    #expect(Moments([1e9 - 1, 1e9, 1e9 + 1]).variance == 2.0 / 3)
    #expect(Moments(sum: 3, sumOfSquares: 3 - 1e-16, count: 3).variance == 0, "never negative")
  }

  @Test(arguments: 0..<40)
  func medianEqualsSorting(_ seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let count = 1 + seed * seed / 3
    for values in [generator.floats(count), generator.coarseFloats(count)] {
      let sorted = values.sorted()
      let exact =
        count.isMultiple(of: 2)
        ? (sorted[count / 2 - 1] + sorted[count / 2]) / 2 : sorted[count / 2]
      #expect(median(of: values) == exact)
      #expect(median(of: sorted) == exact)
      #expect(median(of: sorted.reversed()) == exact)
    }
  }

  @Test func medianOfFew() {
    #expect(median(of: []) == 0)
    #expect(median(of: [3]) == 3)
    #expect(median(of: [3, 1]) == 2)
    #expect(median(of: [5, 5, 5, 5]) == 5)
  }

  @Test(arguments: [1, 2, 16, 128])
  func cosineTransformIsOrthonormal(_ inputs: Int) {
    let matrix = cosineTransform(rows: inputs, inputs: inputs).map(Double.init)
    for row in 0..<inputs {
      for other in row..<inputs {
        let product = (0..<inputs).reduce(0.0) {
          $0 + matrix[row * inputs + $1] * matrix[other * inputs + $1]
        }
        #expect(isClose(product, row == other ? 1 : 0, absolute: 5e-7))
      }
    }
  }

  @Test func cosineTransformOfAConstant() {
    let matrix = cosineTransform(rows: 20, inputs: 128)
    for row in 0..<20 {
      let sum = matrix[row * 128..<(row + 1) * 128].reduce(0) { $0 + Double($1) }
      #expect(isClose(sum, row == 0 ? 128.0.squareRoot() : 0, absolute: 2e-6))
    }
  }

  @Test func hannWindowIsPeriodic() {
    #expect(hannWindow(length: 4).map { ($0 * 1e15).rounded() / 1e15 } == [0, 0.5, 1, 0.5])
    let window = hannWindow(length: 2_048)
    #expect(window[0] == 0 && window[1_024] == 1)
    // Four windows a quarter apart add up to two everywhere.
    for n in 0..<512 {
      let sum = (0..<4).reduce(0.0) { $0 + window[n + 512 * $1] }
      #expect(isClose(sum, 2, absolute: 1e-14))
    }
  }

  @Test func windowSumInsideIsOneAndAHalf() {
    let window = hannWindow(length: 2_048)
    let sum = WindowSum(window: window, hop: 512)
    for hop in 3...7 {
      let table = sum.reciprocal(hop: hop, frames: 8)
      for n in 0..<512 { #expect(isClose(Double(table[n]), 1 / 1.5, relative: floatStep)) }
    }
  }

  /// At the ends fewer than four windows lie over a hop; where they vanish nothing is divided.
  @Test(arguments: [1, 2, 3, 4, 5, 9])
  func windowSumAtTheEnds(_ frames: Int) {
    let window = hannWindow(length: 64)
    let sum = WindowSum(window: window, hop: 16)
    var squares = [Double](repeating: 0, count: 16 * (frames + 4))
    for frame in 0..<frames {
      for n in 0..<64 { squares[frame * 16 + n] += window[n] * window[n] }
    }
    for hop in 0..<frames + 4 {
      let table = sum.reciprocal(hop: hop, frames: frames)
      for n in 0..<16 {
        let total = squares[hop * 16 + n]
        let expected = total > Double(Float.leastNormalMagnitude) ? 1 / total : 1
        #expect(isClose(Double(table[n]), expected, relative: floatStep))
      }
    }
  }
}
