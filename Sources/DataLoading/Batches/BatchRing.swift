import Corpus
import Glibc
import Synchronization

/// The ring of batches between the threads that fill them and the caller that takes them.
///
/// Batches are begun in order, filled by whichever threads are free, row range by row range, and
/// taken in order. A slot is free, being filled, ready, or lent to the caller.
///
/// `@unchecked Sendable`: everything that changes is touched with `monitor` locked only.
@safe final class BatchRing: @unchecked Sendable {
  /// Some rows of a batch for one thread to fill.
  struct Claim {
    let slot: Int
    let step: BatchPlan.Step
    let rows: Range<Int>
    /// The batches whose pages should be asked for before: how many, from which on.
    let pagesFrom: BatchPlan.Step?
    let pagesOfBatches: Int
  }

  private struct Slot {
    var step = BatchPlan.Step(
      epoch: 0, first: 0, count: 0, after: LoaderProgress(epoch: 0, position: 0))
    var rowsLeft = 0
    var failure: RowFailure?
    var isLent = false
  }

  let content: LoaderContent
  let memory: BatchMemory
  let sizes: RingSizes
  let stopped = Atomic(false)
  private let generation: Int
  let monitor = Monitor()

  private var slots: [Slot]
  private var free: [Int]
  /// The begun batches in order: `begun` of them from `oldest` on, around.
  private var queue: [Int]
  private var oldest = 0
  private var begun = 0
  /// The batch of which rows are still to be claimed, and the first of those.
  private var open: Int?
  private var openRow = 0
  /// Where the next batch is to be begun; nil after the last.
  private var next: BatchPlan.Step?
  private var ready = 0
  private var lent = 0
  private var delivered: LoaderProgress
  private var batchesDelivered = 0
  private var callerWaits = false
  private var idle = 0
  private var pages: PagesAhead

  /// - Parameter generation: of the process that the ring is made in; a test makes one of another.
  init(
    _ content: LoaderContent, _ configuration: LoaderConfiguration,
    generation: Int = ForkGate.generation
  ) throws(LoadingError) {
    guard ForkGate.isInstalled else { throw .noMemoryForForks }
    self.generation = generation
    self.content = content
    sizes = RingSizes(content, configuration)
    memory = try BatchMemory(
      slots: sizes.slots, rows: content.plan.longest, rowBytes: content.rowBytes,
      distributionCount: content.distributionCount)
    slots = Array(repeating: Slot(), count: sizes.slots)
    free = Array((0..<sizes.slots).reversed())
    queue = Array(repeating: 0, count: sizes.slots)
    next = content.plan.first(from: content.start)
    pages = PagesAhead(content, most: sizes.batchesOfPages)
    delivered = content.start
  }

  /// Whether this is the process that the ring was made in. A forked one has none of its threads,
  /// and there one of them may hold the monitor for ever, so nothing there may lock it.
  var isInOwnProcess: Bool { ForkGate.generation == generation }

  /// Where the loader is after what it delivered; in a forked process, what it had delivered
  /// before. A batch is delivered inside the ``ForkGate``, so no fork falls into the middle of
  /// that.
  var state: LoaderState {
    guard isInOwnProcess else { return content.state(at: delivered) }
    monitor.lock()
    defer { monitor.unlock() }
    return content.state(at: delivered)
  }

  /// Ends all waiting and filling, now and for good.
  func stop() {
    stopped.store(true, ordering: .relaxed)
    monitor.lock()
    monitor.broadcast(.work)
    monitor.broadcast(.batch)
    monitor.unlock()
  }
}

extension BatchRing {
  /// Hands in rows that were filled and waits for others; nil when there will be none.
  func claim(after done: Claim?, failure: RowFailure?) -> Claim? {
    monitor.lock()
    defer { monitor.unlock() }
    if let done { complete(done, failure: failure) }
    while !stopped.load(ordering: .relaxed) {
      if let claim = claimWithoutWaiting() { return claim }
      // This thread adds no more to what is ready, so the caller must not wait for it.
      if callerWaits, isOldestReady { monitor.signal(.batch) }
      if next == nil { return nil }
      idle += 1
      monitor.wait(for: .work)
      idle -= 1
    }
    return nil
  }

  private var isOldestReady: Bool { begun > 0 && slots[queue[oldest]].rowsLeft == 0 }

  private func claimWithoutWaiting() -> Claim? {
    if open == nil { begin() }
    guard let slot = open else { return nil }
    let step = slots[slot].step
    let rows = openRow..<min(openRow + sizes.rowsPerClaim, step.count)
    openRow = rows.upperBound
    if openRow == step.count { open = nil } else if idle > 0 { monitor.signal(.work) }
    guard rows.lowerBound == 0 else {
      return Claim(slot: slot, step: step, rows: rows, pagesFrom: nil, pagesOfBatches: 0)
    }
    // The thread that begins a batch asks for the pages of later ones.
    let (from, count) = pages.begin(step)
    return Claim(slot: slot, step: step, rows: rows, pagesFrom: from, pagesOfBatches: count)
  }

  /// Begins the next batch where a slot is free for it.
  private func begin() {
    guard let step = next, let slot = free.popLast() else { return }
    slots[slot].step = step
    slots[slot].rowsLeft = step.count
    slots[slot].failure = nil
    queue[(oldest + begun) % queue.count] = slot
    begun += 1
    open = slot
    openRow = 0
    next = content.plan.next(after: step)
  }

  private func complete(_ claim: Claim, failure: RowFailure?) {
    if let failure, failure.row < slots[claim.slot].failure?.row ?? .max {
      slots[claim.slot].failure = failure
    }
    slots[claim.slot].rowsLeft -= claim.rows.count
    guard slots[claim.slot].rowsLeft == 0 else { return }
    ready += 1
    if callerWaits, isOldestReady, ready >= sizes.readyToWake || batchesDelivered == 0 {
      monitor.signal(.batch)
    }
  }
}

extension BatchRing {
  /// The next batch, waited for.
  /// - Parameters:
  ///   - filler: fills it here and now, where no thread does.
  ///   - deadline: when to give up; nil for never.
  func take(
    fillingWith filler: BatchFiller?, until deadline: Monitor.Deadline? = nil
  ) throws(LoadingError) -> WaitedBatch {
    monitor.lock()
    defer { monitor.unlock() }
    while true {
      if stopped.load(ordering: .relaxed) { throw .closed }
      if isOldestReady { return .batch(try takeOldest()) }
      if begun == 0, next == nil { return .end }
      guard lent < slots.count else {
        throw LoadingError(
          kind: .exhausted, subject: "loader",
          detail: "all \(slots.count) batches of its ring are held",
          hint: "release some before the next, or give a larger prefetch")
      }
      if let filler {
        fillHere(with: filler)
      } else {
        if idle > 0, open != nil || (next != nil && !free.isEmpty) { monitor.broadcast(.work) }
        callerWaits = true
        let isLate = !monitor.wait(for: .batch, until: deadline)
        callerWaits = false
        if isLate, !isOldestReady { return .late }
      }
    }
  }

  private func takeOldest() throws(LoadingError) -> LentBatch {
    let slot = queue[oldest]
    oldest = (oldest + 1) % queue.count
    begun -= 1
    ready -= 1
    let index = batchesDelivered
    batchesDelivered += 1
    let step = slots[slot].step
    if let failure = slots[slot].failure {
      slots[slot].failure = nil
      putBack(slot)
      throw LoadingError(failure, batch: index, epoch: step.epoch)
    }
    slots[slot].isLent = true
    lent += 1
    delivered = step.after
    return LentBatch(
      slot: slot, count: step.count, epoch: step.epoch, index: index, after: step.after)
  }

  private func fillHere(with filler: BatchFiller) {
    guard let claim = claimWithoutWaiting() else { return }
    monitor.unlock()
    let failure = fill(claim, with: filler)
    monitor.lock()
    complete(claim, failure: failure)
  }

  /// Fills claimed rows; without the lock.
  func fill(_ claim: Claim, with filler: BatchFiller) -> RowFailure? {
    var pages = claim.pagesFrom
    for _ in 0..<claim.pagesOfBatches {
      guard let step = pages else { break }
      filler.prefetch(step, until: stopped)
      pages = content.plan.next(after: step)
    }
    return unsafe filler.fill(
      claim.rows, of: claim.step, in: memory[claim.slot], until: stopped)
  }

  /// Takes a lent batch back; false where it was not lent, and in a forked process, whose copy of
  /// the batch is nobody's to fill again.
  @discardableResult
  func release(_ slot: Int) -> Bool {
    guard isInOwnProcess else { return false }
    monitor.lock()
    defer { monitor.unlock() }
    guard slots.indices.contains(slot), slots[slot].isLent else { return false }
    slots[slot].isLent = false
    lent -= 1
    putBack(slot)
    return true
  }

  private func putBack(_ slot: Int) {
    free.append(slot)
    if idle > 0, free.count >= sizes.freeToWake { monitor.broadcast(.work) }
  }
}
