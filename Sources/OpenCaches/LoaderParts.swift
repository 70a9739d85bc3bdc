package import Corpus
package import DataLoading
internal import DatasetCache

/// What a loader is made of, once the caches that it reads are open.
package struct LoaderParts: Sendable {
  /// One cache of a mix.
  package struct Side: Sendable {
    package let cache: OpenCache
    package let choice: SideChoice
    package let weight: Double?

    package init(cache: OpenCache, choice: SideChoice, weight: Double?) {
      self.cache = cache
      self.choice = choice
      self.weight = weight
    }
  }

  /// The caches; they must stay open for as long as the loader reads them.
  package let caches: [OpenCache]
  /// What the inputs are normalised by; nil without.
  package let statistics: SampleStatistics?
  /// What to deliver, the normalisation included; it may be changed where that changes no batch.
  package var configuration: LoaderConfiguration
  /// Where to go on; nil for the start.
  package var state: LoaderState?
  private let sources: [WeightedSource]

  /// Opens what the options ask for.
  /// - Parameters:
  ///   - cache: the one cache, where the options name no others.
  ///   - open: opens another by what the options call it.
  /// - Throws: `.configuration`, `.notFound`, `.source`, `.state`, `.damaged`, `.system`.
  package init(
    _ options: LoaderOptions, of cache: OpenCache,
    opening open: (String) throws(InterfaceError) -> OpenCache
  ) throws(InterfaceError) {
    var sides: [Side] = []
    if options.sources.isEmpty {
      sides.append(Side(cache: cache, choice: options.sides, weight: nil))
    }
    for source in options.sources {
      sides.append(
        Side(cache: try open(source.path), choice: source.sides, weight: source.weight))
    }
    caches = sides.map(\.cache)
    var list: [WeightedSource] = []
    for side in sides {
      let samples = try side.cache.samples(view: options.view, of: side.choice)
      list.append(WeightedSource(samples, weight: side.weight))
    }
    guard let shape = list.first?.source.shape, (1...4).contains(shape.count) else {
      throw InterfaceError(.source, "\(options.view): samples have no axes, or more than four")
    }
    var configuration = options.configuration
    statistics = try options.normalising.map { normalising throws(InterfaceError) in
      try Self.statistics(normalising, of: options.view, sides, threads: configuration.threads)
    }
    configuration.normalisation = statistics.map { Normalisation($0) }
    self.configuration = configuration
    sources = list
    state = options.state
    if state == nil, options.epoch > 0 { state = try start(epoch: options.epoch) }
  }

  /// Bytes of a sample in a batch.
  package var sampleBytes: Int {
    let elements = sources.first?.source.shape.reduce(1, *) ?? 0
    return elements * configuration.dataType.size
  }

  /// How many weights of labels belong to a sample in a batch: none where each has one label.
  private var distributionCount: Int {
    let isTagged = sources.contains { $0.source.isTagged }
    guard isTagged || configuration.augmentation?.mixup != nil else { return 0 }
    return Set(sources.flatMap(\.source.labels)).count
  }

  /// Bytes of what belongs to a sample in a batch besides its numbers: label, track, slice and weights
  /// of labels.
  package var bytesBeside: Int { 3 * 8 + 4 * distributionCount }

  /// The most samples that a batch can have.
  package var longestBatch: Int {
    let all = sources.reduce(0) { $0 + $1.source.count }
    return min(configuration.batchSize, configuration.samplesPerEpoch ?? max(1, all))
  }

  /// The state of a loader that has yet to begin an epoch.
  /// - Throws: `.configuration`, `.source`, `.system`.
  package func start(epoch: Int) throws(InterfaceError) -> LoaderState {
    do throws(LoadingError) {
      return try Loader.start(of: sources, configuration: configuration, epoch: epoch)
    } catch {
      throw InterfaceError(error)
    }
  }

  /// A loader of these parts.
  /// - Parameter share: which batches it delivers.
  /// - Throws: `.configuration`, `.source`, `.state`, `.system`.
  package func loader(_ share: BatchShare = .all) throws(InterfaceError) -> Loader {
    do throws(LoadingError) {
      return try Loader(sources, configuration: configuration, state: state, share: share)
    } catch {
      throw InterfaceError(error)
    }
  }

  /// Whether batches can be lent piece by piece: samples that are augmented cannot.
  package var canBeInPieces: Bool { configuration.augmentation == nil }

  /// What a loader of pieces takes of memory, known before it is taken.
  package var pieceBytes: Int {
    PieceLoader.byteCount(
      longest: longestBatch, rowBytes: sampleBytes, distributionCount: distributionCount)
  }

  /// The same batches, lent piece by piece.
  /// - Throws: as ``loader(_:)``; `.configuration` where samples are augmented.
  package func pieces(_ share: BatchShare) throws(InterfaceError) -> PieceLoader {
    do throws(LoadingError) {
      return try PieceLoader(sources, configuration: configuration, state: state, share: share)
    } catch {
      throw InterfaceError(error)
    }
  }

  /// What a loader delivers.
  package static func description(
    of loader: Loader, normalisedBy statistics: SampleStatistics?
  ) -> JSONValue {
    func count(_ number: Int) -> JSONValue { .integer(Int64(number)) }
    return .object([
      "labels": .array(loader.labels.map(JSONValue.string)), "tagged": .bool(loader.isTagged),
      "shape": .array(loader.sampleShape.map(count)), "samples": count(loader.samplesPerEpoch),
      "longest_batch": count(loader.longestBatch),
      "batches_per_epoch": count(loader.batchesPerEpoch),
      "batches": loader.batchesInAll.map(count) ?? .null, "slots": count(loader.ringLength),
      "bytes": count(loader.ringBytes), "normalisation": json(statistics),
    ])
  }

  /// What the inputs are normalised by; null without.
  package static func json(_ statistics: SampleStatistics?) -> JSONValue {
    guard let statistics else { return .null }
    return .object([
      "axis": .string(statistics.axis.rawValue),
      "means": .array(statistics.means.map(JSONValue.number)),
      "deviations": .array(statistics.deviations.map(JSONValue.number)),
    ])
  }
}
