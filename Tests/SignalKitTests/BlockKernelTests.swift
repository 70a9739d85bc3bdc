import CKernels
import SignalKit
import TestSupport
import Testing

/// Kernels over blocks (sixteen frames side by side) against loops over one frame at a time.
@Suite struct BlockKernelTests {
  @Test(arguments: [16, 32, 48, 1_040])
  func transposesAreExact(_ columns: Int) {
    var generator = SeededGenerator(seed: UInt64(columns))
    let stride = columns + 3
    let rows = generator.floats(16 * stride)
    var block = [Float](repeating: .nan, count: columns * 16)
    lathe_rows_to_block(rows, stride, columns, &block)
    var expected = block
    for row in 0..<16 {
      for column in 0..<columns { expected[column * 16 + row] = rows[row * stride + column] }
    }
    #expect(firstDifference(block, expected) == nil)
    var back = rows.map { _ in Float(-2) }
    lathe_block_to_rows(block, columns, &back, stride)
    for index in rows.indices {
      // What lies between the rows is left alone.
      #expect(back[index] == (index % stride < columns ? rows[index] : -2))
    }
  }

  @Test(arguments: [1, 2, 17, 1_025])
  func spectralMomentsAndRollOff(_ bins: Int) {
    var generator = SeededGenerator(seed: UInt64(bins) + 1)
    var block = generator.floats(bins * 16, in: 0...1)
    // One silent frame, one whose energy is all in the last bin, one in the first.
    for bin in 0..<bins {
      block[bin * 16 + 3] = 0
      block[bin * 16 + 4] = bin == bins - 1 ? 1 : 0
      block[bin * 16 + 5] = bin == 0 ? 1 : 0
    }
    var moments = [Double](repeating: .nan, count: 48)
    var rolloff = [Int32](repeating: -1, count: 16)
    lathe_spectral_moments(block, bins, 0.85, &moments, &rolloff)
    for frame in 0..<16 {
      var expected = [0.0, 0, 0]
      var running: [Float] = []
      for bin in 0..<bins {
        let value = block[bin * 16 + frame]
        for (power, factor) in [1, bin, bin * bin].enumerated() {
          expected[power] += Double(value) * Double(factor)
        }
        running.append((running.last ?? 0) + value)
      }
      for power in 0..<3 {
        #expect(isClose(moments[power * 16 + frame], expected[power], relative: 1e-13))
      }
      let threshold = (running.last ?? 0) * 0.85
      #expect(Int(rolloff[frame]) == running.firstIndex { $0 >= threshold })
    }
    #expect(rolloff[3] == 0)
    #expect(Int(rolloff[4]) == bins - 1)
  }

  @Test(arguments: [true, false])
  func filterBank(_ squared: Bool) {
    var generator = SeededGenerator(seed: 5)
    let bins = 70
    let block = generator.floats(bins * 16, in: 0...2)
    let starts: [Int32] = [0, 3, 10, 69, 5]
    let lengths: [Int32] = [1, 17, 60, 1, 0]
    let weights = generator.floats(lengths.reduce(0) { $0 + Int($1) }, in: 0...1)
    let stride = 37
    var output = [Float](repeating: -1, count: 5 * stride)
    lathe_filter_bank(block, squared ? 1 : 0, starts, lengths, weights, 5, &output, stride)
    var first = 0
    for filter in 0..<5 {
      for frame in 0..<16 {
        var expected: Float = 0
        for offset in 0..<Int(lengths[filter]) {
          let value = block[(Int(starts[filter]) + offset) * 16 + frame]
          expected += (squared ? value * value : value) * weights[first + offset]
        }
        #expect(output[filter * stride + frame] == expected)
      }
      first += Int(lengths[filter])
      #expect(output[filter * stride + 16..<(filter + 1) * stride].allSatisfy { $0 == -1 })
    }
  }

  // Classes come in twelves, the rest one by one.
  @Test(arguments: [(1, 12), (33, 12), (1_025, 12), (40, 36), (40, 1), (40, 29)])
  func chroma(_ bins: Int, _ classes: Int) {
    var generator = SeededGenerator(seed: UInt64(bins + classes))
    let block = generator.floats(bins * 16, in: 0...1)
    let bank = generator.floats(bins * classes, in: 0...1)
    var chroma = [Float](repeating: .nan, count: classes * 16)
    for squared in [true, false] {
      lathe_chroma(block, squared ? 1 : 0, bins, bank, classes, &chroma)
      for pitch in 0..<classes {
        for frame in 0..<16 {
          let expected = (0..<bins).reduce(Float(0)) { sum, bin in
            let value = block[bin * 16 + frame]
            return sum + (squared ? value * value : value) * bank[bin * classes + pitch]
          }
          #expect(chroma[pitch * 16 + frame] == expected)
        }
      }
    }
  }

  @Test(arguments: [16, 1_040])
  func squaresAndRoots(_ count: Int) {
    var generator = SeededGenerator(seed: UInt64(count) + 3)
    let values = generator.floats(count, in: 0...3)
    var output = [Float](repeating: .nan, count: count)
    lathe_squares(values, &output, count)
    #expect(output == values.map { $0 * $0 })
    lathe_square_roots(values, &output, count)
    #expect(output == values.map { $0.squareRoot() })
  }

  @Test(arguments: [(frames: 16, coarse: false), (3, false), (16, true), (1, true), (0, false)])
  func spectralPeaks(frames: Int, coarse: Bool) {
    var generator = SeededGenerator(seed: UInt64(frames) + (coarse ? 50 : 0))
    let (bins, first, last) = (257, 14, 200)
    let block = coarse ? generator.coarseFloats(bins * 16) : generator.floats(bins * 16, in: 0...1)
    let most = 16 * (last - first + 1) / 2
    var below = [Float](repeating: 0, count: most)
    var (at, above) = (below, below)
    var bin = [Int32](repeating: 0, count: most)
    let found = lathe_spectral_peaks(
      block, nil, bins, frames, 0.1, first, last, &below, &at, &above, &bin)

    let powers = (0..<16).map { frame in
      (0..<bins).map { block[$0 * 16 + frame] * block[$0 * 16 + frame] }
    }
    var expected: [[Float]] = []
    for k in first..<last {
      for power in powers.prefix(frames) {
        let largest = power.max() ?? 0
        if power[k] > largest * 0.1, power[k] > power[k - 1], power[k] >= power[k + 1] {
          expected.append([power[k - 1], power[k], power[k + 1], Float(k)])
        }
      }
    }
    #expect(found == expected.count)
    #expect(found <= frames * (last - first + 1) / 2)
    let peaks = (0..<found).flatMap { [below[$0], at[$0], above[$0], Float(bin[$0])] }
    #expect(firstDifference(peaks, expected.flatMap { $0 }) == nil)
    // The same with the power beside, and no magnitudes above the last bin.
    let upTo = Array(block[..<((last + 1) * 16)]) + [Float](repeating: .nan, count: 16)
    let again = lathe_spectral_peaks(
      upTo, block.map { $0 * $0 }, bins, frames, 0.1, first, last, &below, &at, &above, &bin)
    let same = (0..<again).flatMap { [below[$0], at[$0], above[$0], Float(bin[$0])] }
    #expect(firstDifference(same, peaks) == nil)
  }
}
