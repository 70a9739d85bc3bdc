internal import Corpus
internal import DataLoading
internal import DatasetCache
import Synchronization

/// A loader behind a handle, with the caches that it reads.
final class OpenLoader: Sendable {
  /// The description of a batch, laid out as `lathe_batch`.
  @unsafe struct Record {
    var inputs: UnsafeMutableRawPointer
    var labels: UnsafeMutablePointer<Int64>
    var tracks: UnsafeMutablePointer<Int64>
    var slices: UnsafeMutablePointer<Int64>
    var labelDistributions: UnsafeMutablePointer<Float>?
    var count: Int64
    var epoch: Int64
    var index: Int64
    var shape: (Int64, Int64, Int64, Int64)
    var axes: Int32
    var type: Int32
    var slot: Int32
    var endsEpoch: Int32
  }

  private struct Use {
    /// Batches that are lent, and calls that may be about to lend one: the memory must outlive
    /// both.
    var borrowed = 0
    var isClosed = false
  }

  private let loader: Loader
  private let statistics: SampleStatistics?
  /// A process may have a store open once, so they stay on the shelf for as long as they are read.
  private let caches: [OpenCache]
  private let use = Mutex(Use())
  /// The loader wants one caller at a time.
  private let turn = Mutex(())

  /// Opens what the options ask for.
  /// - Throws: `.configuration`, `.notFound`, `.source`, `.state`, `.damaged`, `.system`.
  init(
    _ options: LoaderOptions, of cache: OpenCache, on shelf: OpenCache.Shelf
  ) throws(InterfaceError) {
    let sides = try Self.sides(options, of: cache, on: shelf)
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
    do throws(LoadingError) {
      var state = options.state
      if state == nil, options.epoch > 0 {
        state = try Loader.start(of: list, configuration: configuration, epoch: options.epoch)
      }
      loader = try Loader(list, configuration: configuration, state: state)
    } catch {
      throw InterfaceError(error)
    }
  }

  struct Side {
    let cache: OpenCache
    let choice: SideChoice
    let weight: Double?
  }

  private static func sides(
    _ options: LoaderOptions, of cache: OpenCache, on shelf: OpenCache.Shelf
  ) throws(InterfaceError) -> [Side] {
    if options.sources.isEmpty {
      return [Side(cache: cache, choice: options.sides, weight: nil)]
    }
    var sides: [Side] = []
    for source in options.sources {
      sides.append(
        Side(
          cache: try shelf.open(source.path), choice: source.sides, weight: source.weight))
    }
    return sides
  }
}

extension OpenLoader {
  /// What a request for a batch came to.
  enum Answer: Int32 {
    case end = 0
    case batch = 1
    case late = 2
  }

  /// Lends the next batch.
  /// - Parameters:
  ///   - record: where the batch is described, if the answer is ``Answer/batch``; untouched
  ///     otherwise.
  ///   - patience: how many milliseconds to wait for it; nil for as long as it takes.
  /// - Throws: `.handle`, `.damaged`, `.borrowed`, `.stopped`, `.system`.
  func next(_ record: UnsafeMutableRawPointer, patience: Int?) throws(InterfaceError) -> Answer {
    // Counted before it is taken: whoever closes the loader meanwhile then leaves its memory.
    try use.withLock { use throws(InterfaceError) in
      if use.isClosed { throw Self.closed }
      use.borrowed += 1
    }
    var answer = Answer.end
    defer { if answer != .batch { use.withLock { $0.borrowed -= 1 } } }
    let lent: LentBatch
    do throws(LoadingError) {
      let waited = try turn.withLock { _ throws(LoadingError) in
        try loader.nextLent(patience: patience)
      }
      switch waited {
      case .end: return .end
      case .late: return .late
      case .batch(let batch): lent = batch
      }
    } catch {
      throw InterfaceError(error)
    }
    answer = .batch
    let addresses = unsafe loader.addresses(of: lent)
    let axes = loader.sampleShape.map { Int64($0) } + [0, 0, 0]
    let filled = unsafe Record(
      inputs: addresses.inputs, labels: addresses.labels, tracks: addresses.tracks,
      slices: addresses.slices, labelDistributions: addresses.labelDistributions,
      count: Int64(lent.count), epoch: Int64(lent.epoch), index: Int64(lent.index),
      shape: (axes[0], axes[1], axes[2], axes[3]), axes: Int32(loader.sampleShape.count),
      type: loader.configuration.dataType == .float32 ? 1 : 2, slot: Int32(lent.slot),
      endsEpoch: lent.endsEpoch ? 1 : 0)
    unsafe record.initializeMemory(as: Record.self, to: filled)
    return answer
  }

  /// Takes a batch back.
  /// - Throws: `.slot`.
  func release(_ slot: Int32) throws(InterfaceError) {
    guard loader.release(slot: Int(slot)) else {
      throw InterfaceError(
        .slot, "slot \(slot) is not borrowed: give that of a batch that was not released yet")
    }
    use.withLock { $0.borrowed -= 1 }
  }

  /// Whether it is closed and nothing is borrowed, so that its handle can go, and its memory with
  /// it.
  var isOver: Bool { use.withLock { $0.isClosed && $0.borrowed == 0 } }

  /// Ends the threads and whoever waits; batches that are borrowed stay.
  func stop() { loader.close() }

  /// Refuses everything but releasing from now on.
  /// - Throws: `.handle` where it was closed before.
  func close() throws(InterfaceError) {
    try use.withLock { use throws(InterfaceError) in
      if use.isClosed { throw Self.closed }
      use.isClosed = true
    }
    stop()
  }

  /// - Throws: `.handle` where it is closed and only waits for what is borrowed.
  func checkOpen() throws(InterfaceError) {
    if use.withLock({ $0.isClosed }) { throw Self.closed }
  }

  private static var closed: InterfaceError {
    InterfaceError(.handle, "the loader is closed; only batches that it lent can be released")
  }

  /// What `lathe_loader_describe` returns.
  var description: JSONValue {
    func count(_ number: Int) -> JSONValue { .integer(Int64(number)) }
    return .object([
      "labels": .array(loader.labels.map(JSONValue.string)), "tagged": .bool(loader.isTagged),
      "shape": .array(loader.sampleShape.map(count)), "samples": count(loader.samplesPerEpoch),
      "longest_batch": count(loader.longestBatch),
      "batches_per_epoch": count(loader.batchesPerEpoch),
      "batches": loader.batchesInAll.map(count) ?? .null, "slots": count(loader.ringLength),
      "bytes": count(loader.ringBytes), "normalisation": Self.json(statistics),
    ])
  }

  /// What the inputs are normalised by; null without.
  static func json(_ statistics: SampleStatistics?) -> JSONValue {
    guard let statistics else { return .null }
    return .object([
      "axis": .string(statistics.axis.rawValue),
      "means": .array(statistics.means.map(JSONValue.number)),
      "deviations": .array(statistics.deviations.map(JSONValue.number)),
    ])
  }

  /// The state after the batches that were lent.
  var state: LoaderState { loader.state }

  /// The id of a track.
  /// - Throws: `.notFound`.
  func trackID(_ number: Int64) throws(InterfaceError) -> String {
    if let id = loader.trackID(number) { return id }
    throw InterfaceError(.notFound, "track \(number) is in no batch of this loader")
  }
}
