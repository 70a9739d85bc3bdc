import Corpus
import Synchronization
import Testing

@testable import DataLoading

/// Statistics against sums of all numbers, and what normalisation makes of them.
@Suite struct NormalisationStatisticsTests {
  private static func expected(_ columns: [[Double]]) -> (means: [Double], deviations: [Double]) {
    let means = columns.map { $0.reduce(0, +) / Double($0.count) }
    let deviations = zip(columns, means).map { numbers, mean in
      (numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)).squareRoot()
    }
    return (means, deviations)
  }

  private static func isClose(_ found: [Double], _ expected: [Double]) -> Bool {
    zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-11 * max(abs($1), 1e-3) }
      && found.count == expected.count
  }

  @Test func ofSignals() throws {
    let tracks = (0..<5).map { TrackSource.noise(900, seed: $0) }
    let integers = tracks.map { track in track.map { Int16($0 * 20_000) } }
    let windows = (0..<5).flatMap { track in
      stride(from: 0, through: 700, by: 100).map { (track, $0..<$0 + 200) }
    }
    let floats = TrackSource(floats: tracks, shape: [200], hop: 100, isSignal: true)
    let whole = TrackSource(integers: integers, shape: [200], hop: 100, isSignal: true)
    let ofFloats = try SampleStatistics.compute(of: floats, axis: .overall)
    let ofIntegers = try SampleStatistics.compute(of: whole, axis: .overall)
    let all = windows.flatMap { track, range in tracks[track][range].map { Double($0) } }
    let expected = Self.expected([all])
    #expect(ofFloats.samples == 40 && ofFloats.axis == .overall)
    #expect(Self.isClose(ofFloats.means, expected.means))
    #expect(Self.isClose(ofFloats.deviations, expected.deviations))
    let exact = Self.expected([
      windows.flatMap { track, range in integers[track][range].map { Double($0) / 32_768 } }
    ])
    #expect(Self.isClose(ofIntegers.means, exact.means))
    #expect(Self.isClose(ofIntegers.deviations, exact.deviations))
    // A mean for every row of the window, where somebody asks for that.
    let firstAxis = try SampleStatistics.compute(of: whole, axis: .first)
    let columns = (0..<200).map { row in
      windows.map { track, range in Double(integers[track][range.lowerBound + row]) / 32_768 }
    }
    #expect(Self.isClose(firstAxis.means, Self.expected(columns).means))
    #expect(Self.isClose(firstAxis.deviations, Self.expected(columns).deviations))
  }

  @Test(arguments: [[57], [8, 7]]) func ofFirstAxes(_ shape: [Int]) throws {
    // Means a million times the deviation, and one row that is constant.
    let count = shape.reduce(1, *)
    let width = count / shape[0]
    let noise = TrackSource.noise(count * 300)
    let numbers = noise.indices.map { index in
      let row = index % count / width
      return row == 3 ? Float(0.1) : noise[index] + Float(row * row * 1_000)
    }
    let source = TrackSource(floats: [numbers], shape: shape, isSignal: false)
    let statistics = try SampleStatistics.compute(of: source, axis: .first)
    let rows = (0..<shape[0]).map { row in
      numbers.indices.filter { $0 % count / width == row }.map { Double(numbers[$0]) }
    }
    let expected = Self.expected(rows)
    #expect(statistics.means.count == shape[0])
    #expect(Self.isClose(statistics.means, expected.means))
    for (row, deviation) in statistics.deviations.enumerated() {
      #expect(abs(deviation - expected.deviations[row]) < 1e-9 * max(deviation, 1e-3))
    }
    #expect(statistics.deviations[3] == 0)
  }

  @Test func sameBitsOnAnyNumberOfThreads() throws {
    let source = TrackSource(
      floats: [TrackSource.noise(6 * 3_000)], shape: [2, 3], isSignal: false)
    for axis in SampleStatistics.Axis.allCases {
      let one = try SampleStatistics.compute(of: source, axis: axis, threads: 1)
      for threads in [2, 3, 8, 100, 0, -1] {
        #expect(try SampleStatistics.compute(of: source, axis: axis, threads: threads) == one)
      }
    }
  }

  @Test(arguments: [SampleStatistics.Axis.overall, .first]) func normalisedTrainingSide(
    _ axis: SampleStatistics.Axis
  ) throws {
    let numbers = TrackSource.noise(57 * 500).enumerated().map { index, value in
      value * Float(1 + index % 57) + Float(index % 57) * 1_000
    }
    let source = TrackSource(floats: [numbers], shape: [57], isSignal: false)
    let normalisation = try Normalisation.of(training: source, axis: axis)
    let all = try rows(
      source, normalisation: normalisation, draws: (0..<500).map { Draw(sample: $0) })
    let columns =
      axis == .overall
      ? [all.flatMap { row in row.map { Double($0) } }]
      : (0..<57).map { column in all.map { Double($0[column]) } }
    let (means, deviations) = Self.expected(columns)
    #expect(means.allSatisfy { abs($0) < 1e-5 })
    #expect(deviations.allSatisfy { abs($0 - 1) < 1e-5 })
  }

  @Test func normalisedIntegersAndPictures() throws {
    let integers: [Int16] = (0..<1_000).map { Int16(truncatingIfNeeded: $0 &* 7_919) }
    for axis in SampleStatistics.Axis.allCases {
      for (shape, isSignal) in [([100], true), ([4, 25], false)] {
        let source = TrackSource(integers: [integers], shape: shape, isSignal: isSignal)
        let normalisation = try Normalisation.of(training: source, axis: axis)
        let plain = augmentation { $0.mixup = .init(alpha: 1) }
        let all = try rows(
          source, normalisation: normalisation, draws: (0..<10).map { Draw(sample: $0) })
        let statistics = normalisation.statistics
        let isClose = (0..<1_000).allSatisfy { index in
          let axisIndex = index % 100 * statistics.means.count / 100
          let deviation =
            statistics.deviations[axisIndex] == 0 ? 1 : statistics.deviations[axisIndex]
          let expected =
            (Double(integers[index]) / 32_768 - statistics.means[axisIndex]) / deviation
          return abs(Double(all[index / 100][index % 100]) - expected) < 1e-5
        }
        #expect(isClose, "\(axis) \(shape)")
        // Normalisation comes last: of a mixture with itself it is that of the sample.
        let alone = TrackSource(
          integers: [Array(integers.prefix(100))], shape: shape, isSignal: isSignal)
        let mixed = try rows(alone, plain, normalisation: normalisation)[0]
        #expect(zip(mixed, all[0]).allSatisfy { abs($0 - $1) < 1e-5 })
      }
    }
  }

  @Test func constantNumbersBecomeZero() throws {
    let source = TrackSource(
      floats: [[Float]](repeating: [0.1, 3], count: 100), shape: [2], isSignal: false)
    let normalisation = try Normalisation.of(training: source, axis: .first)
    #expect(normalisation.statistics.deviations == [0, 0])
    let row = try rows(source, normalisation: normalisation)[0]
    #expect(row.allSatisfy { abs($0) < 1e-7 })
  }

  @Test func statisticsAreKeptAndUsed() throws {
    let source = TrackSource(floats: [[1, 2, 3, 4]], shape: [2], isSignal: false)
    let first = try Normalisation.of(training: source, axis: .overall)
    #expect(source.kept.withLock { $0 } == [first.statistics])
    let changed = SampleStatistics(axis: .overall, samples: 2, means: [9], deviations: [2])
    source.kept.withLock { $0 = [changed] }
    #expect(try Normalisation.of(training: source, axis: .overall).statistics == changed)
    #expect(try Normalisation.of(training: source, axis: .first).statistics.means == [2, 3])
    #expect(source.kept.withLock { $0.count } == 2)
  }

  @Test func whatCannotBeAddedUpIsNamed() throws {
    var numbers = TrackSource.noise(4 * 1_000)
    numbers[4 * 700 + 1] = .infinity
    numbers[4 * 900] = .nan
    let source = TrackSource(floats: [numbers], shape: [4], isSignal: false)
    for threads in [1, 4] {
      let error = #expect(throws: SampleError.self) {
        try SampleStatistics.compute(of: source, axis: .first, threads: threads)
      }
      #expect(error?.subject == "slice 700 of track.0")
    }
    let damaged = TrackSource(
      floats: [numbers], shape: [4], isSignal: false, damaged: [650, 50, 999])
    for threads in [1, 4] {
      let error = #expect(throws: SampleError.self) {
        try SampleStatistics.compute(of: damaged, axis: .overall, threads: threads)
      }
      #expect(error?.detail == "checksum differs")
    }
    let empty = TrackSource(floats: [[1]], shape: [2], isSignal: false)
    let error = #expect(throws: SampleError.self) {
      try SampleStatistics.compute(of: empty, axis: .overall)
    }
    #expect(error?.kind == .missing)
  }

  @Test func statisticsThatDoNotFitAreRefused() {
    let source = TrackSource(floats: [[1, 2, 3, 4]], shape: [2], isSignal: false)
    func isRefused(
      _ axis: SampleStatistics.Axis, _ means: [Double], _ deviations: [Double]
    ) -> Bool {
      let statistics = SampleStatistics(
        axis: axis, samples: 1, means: means, deviations: deviations)
      do {
        _ = try SampleWriter(
          source: source, normalisation: Normalisation(statistics), seed: 0)
        return false
      } catch {
        return error.subject == "normalisation.statistics"
      }
    }
    #expect(!isRefused(.overall, [1], [0]))
    #expect(isRefused(.overall, [1, 2], [1, 1]))
    #expect(isRefused(.first, [1], [1]))
    #expect(isRefused(.first, [1, 2], [1]))
    #expect(isRefused(.overall, [.nan], [1]))
    #expect(isRefused(.overall, [1], [-1]))
    #expect(isRefused(.overall, [1], [.infinity]))
  }
}
