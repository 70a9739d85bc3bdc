import Corpus
import DataLoading
import Synchronization
import Testing

/// Batches piece by piece are those of a loader.
@Suite struct PieceLoaderTests {
  /// What a batch is made of.
  private struct Content: Equatable {
    var inputs: [UInt8] = []
    var others: [Int64] = []
    var distributions: [Float] = []
    var state: LoaderState
  }

  /// All but the inputs.
  private func content(_ batch: LentBatch, of source: some BatchSource) -> Content {
    let addresses = unsafe source.addresses(of: batch)
    var content = Content(state: source.state(after: batch))
    unsafe content.others += UnsafeBufferPointer(start: addresses.labels, count: batch.count)
    unsafe content.others += UnsafeBufferPointer(start: addresses.tracks, count: batch.count)
    unsafe content.others += UnsafeBufferPointer(start: addresses.slices, count: batch.count)
    if let start = unsafe addresses.labelDistributions {
      unsafe content.distributions += UnsafeBufferPointer(
        start: start, count: batch.count * source.labels.count)
    }
    return content
  }

  /// All batches, each asked for in pieces of the most samples.
  private func batches(_ loader: PieceLoader) throws -> [Content] {
    var all: [Content] = []
    while let batch = try loader.nextBatch() {
      // It may be sent before any inputs.
      var content = content(batch.lent, of: loader)
      for start in stride(from: 0, to: batch.lent.count, by: loader.samplesPerPiece) {
        let end = min(start + loader.samplesPerPiece, batch.lent.count)
        unsafe content.inputs += try loader.piece(start..<end, of: batch)
      }
      #expect(self.content(batch.lent, of: loader).distributions == content.distributions)
      all.append(content)
    }
    return all
  }

  private func batches(_ loader: Loader) throws -> [Content] {
    var all: [Content] = []
    while let lent = try loader.nextLent() {
      var content = content(lent, of: loader)
      let bytes =
        lent.count * loader.sampleShape.reduce(1, *) * loader.configuration.dataType.size
      unsafe content.inputs += UnsafeRawBufferPointer(
        start: loader.addresses(of: lent).inputs, count: bytes)
      all.append(content)
      loader.release(slot: lent.slot)
    }
    return all
  }

  @Test(arguments: [4, 30_000, 200_000]) func theyAreALoaders(length: Int) throws {
    // 16 B, 120 KB and 800 KB a sample: a batch is a piece, has several, and each sample is one.
    let sources = [
      WeightedSource(
        MemorySource(tracks: [0, 1, 1, 0, 1], slices: 2, shape: [length], type: .int16)),
      WeightedSource(
        MemorySource(tracks: [1, 0], slices: 2, shape: [length], type: .int16, firstValue: 9)),
    ]
    let normalisation = Normalisation(
      SampleStatistics(axis: .overall, samples: 2, means: [0.25], deviations: [2]))
    let configurations: [LoaderConfiguration] = [
      .with { $0.batchSize = 5 },
      .with {
        $0.batchSize = 4
        $0.dataType = .float16
        $0.rank = 1
        $0.worldSize = 3
      },
      .with {
        $0.batchSize = 6
        $0.lastBatch = .drop
        $0.normalisation = normalisation
      },
    ]
    for var configuration in configurations {
      configuration.epochs = 2
      for share in [BatchShare.all, BatchShare(skipped: 1, every: 2)] {
        let expected = try batches(Loader(sources, configuration: configuration, share: share))
        #expect(!expected.isEmpty)
        let loader = try PieceLoader(sources, configuration: configuration, share: share)
        #expect(try batches(loader) == expected)
        // A piece, or one sample, and some pages.
        #expect(loader.byteCount <= max(384 << 10, length * 4) + 8_192)
        #expect(
          loader.byteCount
            == PieceLoader.byteCount(
              longest: loader.longestBatch, rowBytes: length * configuration.dataType.size,
              distributionCount: 0))
      }
    }
  }

  @Test func labelsOfTaggedTracksAreThereBeforeTheInputs() throws {
    func source(_ labels: [String], _ tags: [[Int: Float]]) throws -> WeightedSource {
      WeightedSource(
        try MemorySamples(
          name: labels[0], identity: labels[0], shape: [2], labels: labels,
          trackIDs: tags.indices.map { "\(labels[0])\($0)" },
          rows: tags.indices.map { MemorySamples.Row(label: -1, track: $0, slice: 0) },
          values: (0..<2 * tags.count).map { Float($0) }, tags: tags))
    }
    let sources = [
      try source(["a", "c"], [[0: 1, 1: 0.5], [1: 1], [:]]),
      try source(["b", "c", "d"], [[0: 0.25, 2: 1], [1: 0.75]]),
    ]
    for dataType in DataType.allCases {
      let configuration = LoaderConfiguration.with {
        $0.batchSize = 3
        $0.epochs = 2
        $0.dataType = dataType
      }
      let expected = try batches(Loader(sources, configuration: configuration))
      #expect(expected.contains { $0.distributions.contains(0.75) })
      let loader = try PieceLoader(sources, configuration: configuration)
      #expect(try batches(loader) == expected)
      #expect(
        loader.byteCount
          == PieceLoader.byteCount(
            longest: 3, rowBytes: 2 * dataType.size, distributionCount: 4))
    }
  }

  @Test func aBatchWithADamagedSampleIsNotBegun() throws {
    let source = MemorySource(tracks: Array(repeating: 0, count: 12), damaged: [5])
    let loader = try PieceLoader(
      [WeightedSource(source)],
      configuration: .with {
        $0.batchSize = 4
        $0.shuffle = false
        $0.epochs = 1
      })
    let first = try #require(try loader.nextBatch())
    #expect(first.lent.index == 0 && first.lent.count == 4)
    let error = #expect(throws: LoadingError.self) { _ = try loader.nextBatch() }
    #expect(error?.kind == .sample)
    #expect(error?.subject == "batch 1, row 1 (epoch 0)")
    // The one after it is there.
    #expect(try loader.nextBatch()?.lent.index == 2)
    #expect(try loader.nextBatch() == nil)
    // The pages of each sample were asked for once.
    #expect(source.pagesAsked.load(ordering: .relaxed) == 12)
  }

  @Test func whatCannotBeCheckedBeforeIsRefused() {
    let source = MemorySource(tracks: [0, 1])
    var augmentation = Augmentation()
    augmentation.polarity = Augmentation.Polarity(probability: 0.5)
    let error = #expect(throws: LoadingError.self) {
      _ = try PieceLoader(
        [WeightedSource(source)], configuration: .with { $0.augmentation = augmentation })
    }
    #expect(error?.kind == .configuration && error?.subject == "augmentation")
  }
}
