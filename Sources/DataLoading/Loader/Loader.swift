public import Corpus
internal import Synchronization

/// Batches of samples, epoch after epoch, filled ahead by threads and delivered in order.
///
/// The same sources, seed and options give the same batches, bit for bit, whatever the number of
/// threads and batches ahead. The whole state is a position in the order: see ``state``.
///
/// One thread at a time asks for batches; another may ``close()`` the loader meanwhile.
public final class Loader: BatchSource {
  private let ring: BatchRing
  private let threads: Mutex<[OwnThread]>
  /// Fills in the caller's thread, where there are no others.
  private let filler: Mutex<BatchFiller?>

  /// What was asked for.
  public let configuration: LoaderConfiguration

  /// Begins to load.
  ///
  /// - Parameters:
  ///   - sources: one source, or several to be mixed; samples must have the same shape.
  ///   - configuration: what to deliver.
  ///   - state: where to go on; nil for the start.
  ///   - share: which batches are delivered; states are those of all.
  /// - Throws: ``LoadingError`` for a source without samples, a value of the configuration out of
  ///   its range or that does not fit the sources, a state of another loader, or want of memory.
  public init(
    _ sources: [WeightedSource], configuration: LoaderConfiguration, state: LoaderState? = nil,
    share: BatchShare = .all
  ) throws(LoadingError) {
    let content = try LoaderContent(sources, configuration, state: state, share: share)
    self.configuration = configuration
    ring = try BatchRing(content, configuration)
    let own =
      configuration.threads == 0 ? try BatchFiller(content, configuration: configuration) : nil
    filler = Mutex(own)
    let fillers = try (0..<configuration.threads).map { _ throws(LoadingError) in
      try BatchFiller(content, configuration: configuration)
    }
    var started: [OwnThread] = []
    do throws(LoadingError) {
      for filler in fillers { started.append(try OwnThread(ring: ring, filler: filler)) }
    } catch {
      ring.stop()
      for thread in started { thread.join() }
      throw error
    }
    threads = Mutex(started)
  }

  /// Begins to load from one source.
  public convenience init(
    _ source: any SampleSource, configuration: LoaderConfiguration, state: LoaderState? = nil
  ) throws(LoadingError) {
    try self.init([WeightedSource(source)], configuration: configuration, state: state)
  }

  deinit { close() }

  /// The state of a loader of these sources that has yet to begin an epoch.
  /// - Throws: as ``init(_:configuration:state:)-([WeightedSource],_,_)``.
  public static func start(
    of sources: [WeightedSource], configuration: LoaderConfiguration, epoch: Int
  ) throws(LoadingError) -> LoaderState {
    try LoaderContent(sources, configuration, state: nil)
      .state(at: LoaderProgress(epoch: epoch, position: 0))
  }

  /// The next batch, waited for where it is not ready; nil after the last epoch.
  ///
  /// - Throws: ``LoadingError`` where a sample of the batch could not be read, after which the
  ///   batch after it may be asked for; where the loader was closed, also while this waits; where
  ///   all batches of the ring are held; or in a process that was forked.
  public func next() throws(LoadingError) -> Batch? {
    guard let lent = try nextLent() else { return nil }
    return Batch(ring, lent)
  }

  /// The next batch by number, as ``next()`` in all else; it is held until it is released by
  /// number.
  public func nextLent() throws(LoadingError) -> LentBatch? {
    guard case .batch(let lent) = try nextLent(patience: nil) else { return nil }
    return lent
  }

  /// The next batch by number, waited for so many milliseconds at most; nil for as long as it
  /// takes.
  ///
  /// For callers that must look after something else meanwhile, such as a signal. A loader without
  /// threads fills the batch whatever that takes.
  /// - Throws: as ``next()``.
  public func nextLent(patience milliseconds: Int?) throws(LoadingError) -> WaitedBatch {
    guard ring.isInOwnProcess else {
      throw LoadingError(
        kind: .forked, subject: "loader", detail: "it belongs to the process that opened it",
        hint: "open the cache and the loader anew in each process")
    }
    ForkGate.enter()
    defer { ForkGate.leave() }
    guard configuration.threads == 0 else {
      return try ring.take(
        fillingWith: nil,
        until: milliseconds.map { Monitor.Deadline(milliseconds: min($0, 1 << 40)) })
    }
    return try filler.withLock { filler throws(LoadingError) in
      try ring.take(fillingWith: filler)
    }
  }

  /// Gives a batch of ``nextLent()`` back; false where it is not held.
  @discardableResult
  public func release(slot: Int) -> Bool { ring.release(slot) }

  /// Where a held batch lies.
  @unsafe public func addresses(of batch: LentBatch) -> BatchAddresses {
    unsafe BatchAddresses(ring.memory[batch.slot], ring.content)
  }

  /// The state after a batch.
  public func state(after batch: LentBatch) -> LoaderState { ring.content.state(at: batch.after) }

  /// The state after the last batch that was delivered: what a loader needs to go on from here.
  ///
  /// All ranks have the same state after the same number of batches, but where a last batch is kept
  /// that has fewer samples than there are ranks: then that of rank 0 is the one to save.
  public var state: LoaderState { ring.state }

  /// The names of the labels, in byte order; of several sources all of theirs.
  public var labels: [String] { ring.content.sources.labels }
  /// Whether a sample may have any number of labels: batches bring their weights then.
  public var isTagged: Bool { ring.content.sources.isTagged }
  /// Whether batches bring the weight of each label: labels are mixed, or may be several.
  public var hasLabelDistributions: Bool { ring.content.distributionCount > 0 }
  /// The lengths of the axes of a sample.
  public var sampleShape: [Int] { ring.content.sources.shape }
  /// How many samples an epoch has, of all ranks together.
  public var samplesPerEpoch: Int { ring.content.order.epochLength }
  /// The most samples that a batch can have.
  public var longestBatch: Int { ring.content.plan.longest }
  /// How many batches this rank gets in an epoch that begins at its start.
  public var batchesPerEpoch: Int { ring.content.plan.stepsPerEpoch }
  /// How many batches are left from where this loader began to the end of its last epoch; nil where
  /// there is no end.
  public var batchesInAll: Int? { ring.content.plan.stepsLeft(from: ring.content.start) }
  /// How many batches the ring holds.
  public var ringLength: Int { ring.sizes.slots }
  /// Bytes of memory of the ring.
  public var ringBytes: Int { ring.memory.byteCount }

  /// The id of a track by its number in a batch; nil for a number that is in none.
  public func trackID(_ number: Int64) -> String? { ring.content.trackID(number) }

  /// Ends the loader's threads, after at most one sample each, and all waits for a batch.
  /// Batches that are held stay valid.
  public func close() {
    // A forked process has no threads to join, and the lock may be held by one that it doesn't
    // have.
    guard ring.isInOwnProcess else { return }
    ring.stop()
    let ending = threads.withLock { threads in
      defer { threads = [] }
      return threads
    }
    for thread in ending { thread.join() }
  }
}
