internal import Synchronization

/// Batches that are lent piece by piece, for whoever sends them on as they are made: what a piece takes
/// is all the memory of its numbers, and it stays in the processor's caches.
///
/// They are a ``Loader``'s, bit for bit. Nothing is done ahead: all of it is done by the thread that
/// asks, one at a time.
@safe public final class PieceLoader: BatchSource, @unchecked Sendable {
  // Unchecked: what changes is the asking thread's.

  let content: LoaderContent
  private var plan: BatchPlan { content.plan }
  private let filler: BatchFiller
  private let memory: BatchMemory
  private var next: BatchPlan.Step?
  private var pages: PagesAhead
  private var batches = 0
  private let stopped = Atomic(false)

  /// What was asked for.
  public let configuration: LoaderConfiguration
  /// How many samples a piece has, but for the last of a batch.
  public let samplesPerPiece: Int

  /// Bytes of a piece, where a sample is not longer.
  package static let pieceBytes = 384 << 10

  /// A batch of which pieces can be asked for.
  public struct Batch: Sendable {
    /// The batch by number.
    public let lent: LentBatch
    let step: BatchPlan.Step
  }

  /// Prepares to load; parameters and errors are those of a ``Loader``.
  ///
  /// - Throws: ``LoadingError`` `.configuration` also for an augmentation: whether a sample that is
  ///   changed can be read is only known when it is made.
  public init(
    _ sources: [WeightedSource], configuration: LoaderConfiguration, state: LoaderState? = nil,
    share: BatchShare = .all
  ) throws(LoadingError) {
    guard configuration.augmentation == nil else {
      throw LoadingError(
        kind: .configuration, subject: "augmentation", detail: "it cannot be done piece by piece",
        hint: "take a loader of whole batches")
    }
    var content = try LoaderContent(sources, configuration, state: state, share: share)
    content.streamsStores = false
    self.content = content
    self.configuration = configuration
    let longest = content.plan.longest
    samplesPerPiece = Self.samples(longest: longest, rowBytes: content.rowBytes)
    filler = try BatchFiller(content, configuration: configuration)
    memory = try BatchMemory(
      slots: 1, rows: longest, inputRows: samplesPerPiece, rowBytes: content.rowBytes,
      distributionCount: content.distributionCount)
    next = content.plan.first(from: content.start)
    pages = PagesAhead(content, most: RingSizes.batchesOfPages(content))
  }

  private static func samples(longest: Int, rowBytes: Int) -> Int {
    min(longest, max(1, pieceBytes / max(1, rowBytes)))
  }

  /// Bytes of memory of a piece and of what belongs to a batch, known before it is taken.
  /// - Parameter distributionCount: how many weights of labels belong to a sample.
  public static func byteCount(longest: Int, rowBytes: Int, distributionCount: Int) -> Int {
    BatchMemory.byteCount(
      rows: longest, inputRows: samples(longest: longest, rowBytes: rowBytes), rowBytes: rowBytes,
      distributionCount: distributionCount)
  }

  /// The most samples that a batch can have.
  public var longestBatch: Int { plan.longest }

  /// Bytes of memory of its piece and of what belongs to a batch.
  public var byteCount: Int { memory.byteCount }

  /// The next batch, all of whose samples can be read; nil after the last epoch.
  /// - Throws: ``LoadingError`` where one cannot, or after ``close()``.
  public func nextBatch() throws(LoadingError) -> Batch? {
    guard let step = next else { return nil }
    if stopped.load(ordering: .relaxed) { throw .closed }
    next = plan.next(after: step)
    var (wanted, count) = pages.begin(step)
    while count > 0, let ahead = wanted {
      filler.prefetch(ahead, until: stopped)
      wanted = plan.next(after: ahead)
      count -= 1
    }
    batches += 1
    if let failure = unsafe filler.check(step, in: memory[0], until: stopped) {
      throw LoadingError(failure, batch: batches - 1, epoch: step.epoch)
    }
    return Batch(
      lent: LentBatch(
        slot: 0, count: step.count, epoch: step.epoch, index: batches - 1, after: step.after),
      step: step)
  }

  /// Makes some samples of a batch, ``samplesPerPiece`` at most; they replace those made before.
  /// - Returns: their numbers, until the next call.
  /// - Throws: ``LoadingError`` where a sample cannot be read any more, or after ``close()``.
  @unsafe public func piece(
    _ rows: Range<Int>, of batch: Batch
  ) throws(LoadingError) -> UnsafeRawBufferPointer {
    var slot = unsafe memory[0]
    unsafe slot.firstRow = rows.lowerBound
    if let failure = unsafe filler.fill(rows, of: batch.step, in: slot, until: stopped) {
      throw LoadingError(failure, batch: batch.lent.index, epoch: batch.step.epoch)
    }
    if stopped.load(ordering: .relaxed) { throw .closed }
    return unsafe UnsafeRawBufferPointer(
      start: slot.inputs, count: rows.count * content.rowBytes)
  }

  /// Where what belongs to a batch lies, from its beginning; `inputs` is the last piece that was made.
  @unsafe public func addresses(of batch: LentBatch) -> BatchAddresses {
    unsafe BatchAddresses(memory[batch.slot], content)
  }

  /// Ends what is being made.
  public func close() { stopped.store(true, ordering: .relaxed) }
}
