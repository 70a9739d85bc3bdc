import Corpus
import Synchronization
import Testing

@testable import DataLoading

@Suite struct LoaderTests {
  @Test(arguments: [SampleType.int16, .float32])
  func rowsAreTheSamplesTheyName(type: SampleType) throws {
    let source = MemorySource(tracks: [0, 1, 1, 0, 1], slices: 3, shape: [2, 3], type: type)
    let loader = try Loader(
      source,
      configuration: .with {
        $0.batchSize = 4
        $0.epochs = 2
        $0.seed = 7
      })
    #expect(loader.sampleShape == [2, 3])
    #expect(loader.batchesPerEpoch == 4)
    var delivered = Delivered()
    while let batch = try loader.next() {
      #expect(batch.shape == [batch.count, 2, 3])
      #expect(batch.inputs.byteCount == batch.count * 24)
      #expect(batch.endsEpoch == (delivered.batchCounts.count % 4 == 3))
      #expect(batch.index == delivered.batchCounts.count)
      #expect(batch.state == loader.state)
      let mixes = batch.labelDistributions.count > 0
      #expect(!mixes)
      delivered.append(batch)
    }
    #expect(delivered.batchCounts == [4, 4, 4, 3, 4, 4, 4, 3])
    let samples = delivered.samples(slices: 3)
    #expect(delivered.floats == samples.flatMap { source.floats($0) })
    #expect(delivered.labels == samples.map { Int64(source.label(of: $0)) })
    #expect(samples[0..<15].sorted() == Array(0..<15))
    #expect(samples[15..<30].sorted() == Array(0..<15))
    #expect(samples[0..<15] != samples[15..<30])
    #expect(delivered.epochs == Array(repeating: 0, count: 15) + Array(repeating: 1, count: 15))
    #expect(try loader.next() == nil)
  }

  @Test func equalNumbersOfTwoSourcesAreNotAugmentedAlike() throws {
    func gains(_ augmentation: Augmentation?) throws -> [[Float]] {
      // The same numbers twice, as sources of two names.
      let sources = ["one", "two"].map { name in
        WeightedSource(
          MemorySource(
            tracks: Array(repeating: 0, count: 40), slices: 1, shape: [4], name: name,
            firstValue: 1))
      }
      let loader = try Loader(
        sources,
        configuration: .with {
          $0.shuffle = false
          $0.epochs = 1
          $0.augmentation = augmentation
        })
      var delivered = Delivered()
      try delivered.collect(loader)
      #expect(delivered.floats.count == 320)
      return [Array(delivered.floats[..<160]), Array(delivered.floats[160...])]
    }
    let plain = try gains(nil)
    #expect(plain[0] == plain[1])
    var augmentation = Augmentation()
    augmentation.gain = Augmentation.Gain(decibels: -12...12)
    let changed = try gains(augmentation)
    for sample in 0..<40 { #expect(changed[0][4 * sample] != changed[1][4 * sample]) }
  }

  @Test func threadsAndPrefetchChangeNothing() throws {
    let source = MemorySource(
      tracks: (0..<97).map { $0 % 2 }, slices: 4, shape: [1_000], type: .int16)
    var expected: Delivered?
    for (threads, prefetch) in [(0, nil), (1, nil), (1, 1), (2, nil), (2, 1), (3, 5), (8, nil)] {
      let loader = try Loader(
        source,
        configuration: .with {
          $0.batchSize = 50
          $0.epochs = 2
          $0.seed = 3
          $0.threads = threads
          $0.prefetch = prefetch
        })
      var delivered = Delivered()
      try delivered.collect(loader)
      #expect(delivered.floats.count == 2 * 97 * 4 * 1_000)
      if let expected { #expect(delivered == expected) } else { expected = delivered }
    }
  }
}

extension Optional where Wrapped: ~Copyable {
  static func == (left: borrowing Self, right: _OptionalNilComparisonType) -> Bool {
    switch left {
    case .none: true
    case .some: false
    }
  }
}
