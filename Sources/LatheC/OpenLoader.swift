internal import Corpus
internal import DataLoading
internal import OpenCaches
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
    let parts = try LoaderParts(options, of: cache) { path throws(InterfaceError) in
      try shelf.open(path)
    }
    caches = parts.caches
    statistics = parts.statistics
    loader = try parts.loader()
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
    // Counted before it is taken: a close in between then leaves its memory.
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

  /// Ends the threads and all waits; batches that are borrowed stay.
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
  var description: JSONValue { LoaderParts.description(of: loader, normalisedBy: statistics) }

  /// The state after the batches that were lent.
  var state: LoaderState { loader.state }

  /// The id of a track.
  /// - Throws: `.notFound`.
  func trackID(_ number: Int64) throws(InterfaceError) -> String {
    if let id = loader.trackID(number) { return id }
    throw InterfaceError(.notFound, "track \(number) is in no batch of this loader")
  }
}
