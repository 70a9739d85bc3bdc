import CKernels
import TestSupport
import Testing

/// The exact median network and the masks made of it.
@Suite struct MedianKernelTests {
  /// The sixteen medians of 46 rows by the kernel.
  private func medians(_ rows: [[Float]]) -> [Float] {
    let columns = rows[0].count
    let input = rows.flatMap { $0 }
    var output = [Float](repeating: .nan, count: 16 * columns)
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        guard let source = input.baseAddress, let target = output.baseAddress else { return }
        let rowPointers: [UnsafePointer<Float>?] = (0..<46).map { source + $0 * columns }
        let outputs: [UnsafeMutablePointer<Float>?] = (0..<16).map { target + $0 * columns }
        lathe_median31(rowPointers, outputs, columns)
      }
    }
    return output
  }

  private func differenceFromSorting(_ rows: [[Float]]) -> String? {
    let sorted = (0..<16).flatMap { output in
      rows[0].indices.map { column in
        (output..<output + 31).map { rows[$0][column] }.sorted()[15]
      }
    }
    return firstDifference(medians(rows), sorted)
  }

  @Test(arguments: [8, 16, 24, 40, 1_040])
  func equalsSorting(_ columns: Int) {
    var generator = SeededGenerator(seed: UInt64(columns))
    let rows = (0..<46).map { _ in generator.floats(columns, in: 0...100) }
    #expect(differenceFromSorting(rows) == nil)
  }

  @Test func equalsSortingWithTiesZerosAndExtremes() {
    var generator = SeededGenerator(seed: 7)
    let choices: [Float] = [
      0, 0, .leastNonzeroMagnitude, .leastNormalMagnitude, 1, 1, .greatestFiniteMagnitude,
      .infinity,
    ]
    for _ in 0..<8 {
      let coarse = (0..<46).map { _ in generator.coarseFloats(16) }
      #expect(differenceFromSorting(coarse) == nil)
      let extreme = (0..<46).map { _ in
        (0..<8).map { _ in choices.randomElement(using: &generator) ?? 0 }
      }
      #expect(differenceFromSorting(extreme) == nil)
    }
  }

  /// By the 0-1 principle a network that is right for steps is right for all; these steps move
  /// every row across the middle of every output.
  @Test func equalsSortingForRisingFallingAndStepRows() {
    for step in 0...46 {
      let rows = (0..<46).map { row in
        [row < step ? 1 : 0, row < step ? 0 : 1, Float(row), Float(46 - row)]
          + [Float(row * 7 % 46), Float(row * 13 % 46), Float(row % 2), Float(row * row % 31)]
      }
      #expect(differenceFromSorting(rows) == nil)
    }
  }

  @Test(arguments: [1, 2, 15, 16, 17, 1_025, 1_040])
  func softMask(_ count: Int) {
    var generator = SeededGenerator(seed: UInt64(count) + 10)
    var harmonic = generator.floats(count, in: 0...1)
    var percussive = generator.floats(count, in: 0...1)
    // Silent, just below and just above what is divided, one of the two silent.
    let pairs: [(Float, Float)] = [
      (0, 0), (9e-16, 4e-16), (1e-15, 5e-16), (1e-12, 0), (0, 0.5), (0.5, 0),
    ]
    for (index, pair) in pairs.enumerated() where index < count {
      (harmonic[index], percussive[index]) = pair
    }
    var mask = [Float](repeating: .nan, count: count)
    lathe_soft_mask(harmonic, percussive, &mask, count)
    let expected = (0..<count).map { index -> Float in
      let (h, p) = (harmonic[index] * harmonic[index], percussive[index] * percussive[index])
      return h + p < 1e-30 ? 0.5 : h / (h + p)
    }
    #expect(mask == expected)
    #expect(mask.allSatisfy { (0...1).contains($0) })
  }

  @Test(arguments: [0, 1, 5, 7, 8, 9, 64, 511, 512])
  func splitMoments(_ count: Int) {
    var generator = SeededGenerator(seed: UInt64(count) + 20)
    let sum = generator.floats(count)
    let scale = generator.floats(count, in: 0...2)
    let samples = generator.floats(count)
    let before = [1.0, 2, 3, 4]
    var sums = before
    lathe_split_moments(sum, scale, samples, count, &sums)
    var expected = before
    for index in 0..<count {
      let harmonic = sum[index] * scale[index]
      let percussive = Double(samples[index] - harmonic)
      expected[0] += Double(harmonic)
      expected[1] += Double(harmonic) * Double(harmonic)
      expected[2] += percussive
      expected[3] += percussive * percussive
    }
    for (value, exact) in zip(sums, expected) {
      #expect(isClose(value, exact, absolute: 1e-12, relative: 1e-13))
    }
  }
}
