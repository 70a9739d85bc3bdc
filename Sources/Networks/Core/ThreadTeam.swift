import CKernels
import DataLoading
import Glibc
import Synchronization
import Training

/// Threads that share work which comes in short pieces, many thousand times a second.
///
/// The caller works too. A thread that has nothing to do looks out for a few microseconds, since
/// the next piece mostly comes at once, and sleeps then, so that a loader's threads find a
/// processor.
///
/// `@unchecked Sendable`: the body and ``times`` are written before the work is published and read
/// only by those who claimed a part of it; everything else is atomic.
final class ThreadTeam: @unchecked Sendable {
  /// How many threads work, the caller's included.
  let count: Int
  /// Where the time goes, while that is measured; nil otherwise.
  var times: WorkTimes?

  private var workers: [OwnThread] = []
  private let shared: Shared

  /// A team of 1 to 64 threads.
  /// - Throws: ``TrainingError/Kind/system`` where the system refuses one.
  init(count: Int) throws(TrainingError) {
    self.count = max(1, min(64, count))
    let shared = Shared()
    self.shared = shared
    for _ in 1..<self.count {
      do {
        workers.append(try OwnThread { shared.work() })
      } catch {
        shared.stop(workers.count)
        for worker in workers { worker.join() }
        throw TrainingError(
          kind: .system, subject: error.subject, detail: error.detail, hint: error.hint)
      }
    }
  }

  deinit {
    shared.stop(workers.count)
    for worker in workers { worker.join() }
  }

  /// Calls `body` with 0 ..< parts, each once, and returns when all calls have.
  ///
  /// Which thread takes which part is chance: a result must not depend on it.
  func run(_ parts: Int, _ body: (Int) -> Void) {
    guard let times else { return perform(parts, body) }
    times.piece {
      perform(parts) { part in times.part { body(part) } }
    }
  }

  private func perform(_ parts: Int, _ body: (Int) -> Void) {
    guard parts > 1, count > 1 else {
      for part in 0..<max(0, parts) { body(part) }
      return
    }
    withoutActuallyEscaping(body) { shared.run(parts, workers: workers.count, $0) }
  }

  /// Divides `count` into as many stretches as there are threads, or fewer of at least `atLeast`
  /// each, and calls `body` with each.
  func divide(_ count: Int, atLeast: Int = 1, _ body: (Range<Int>) -> Void) {
    let parts = max(1, min(self.count, count / max(1, atLeast)))
    run(parts) { part in
      let range = count * part / parts..<count * (part + 1) / parts
      if !range.isEmpty { body(range) }
    }
  }

  /// What the threads share.
  private final class Shared: @unchecked Sendable {
    /// In the upper half the number of the work, in the lower how many of its parts are unclaimed;
    /// both in one word, so that nobody claims a part of what has ended.
    private let claims = Atomic<UInt64>(0)
    private let pending = Atomic(0)
    private let sleeping = Atomic(0)
    private let isStopped = Atomic(false)
    private let callerSleeps = Atomic(false)
    private var body: ((Int) -> Void)?
    private let wake = Semaphore()
    private let done = Semaphore()

    /// Some microseconds.
    private static let patience = 2_000

    func run(_ parts: Int, workers: Int, _ body: @escaping (Int) -> Void) {
      self.body = body
      pending.store(parts, ordering: .relaxed)
      let number = claims.load(ordering: .relaxed) >> 32 &+ 1
      claims.store(number << 32 | UInt64(parts), ordering: .sequentiallyConsistent)
      wakeSleepers(atMost: parts - 1)
      while claimAndRun() {}
      waitForOthers()
      self.body = nil
    }

    private func wakeSleepers(atMost count: Int) {
      let sleepers = min(count, sleeping.load(ordering: .sequentiallyConsistent))
      for _ in 0..<sleepers { wake.signal() }
    }

    private func waitForOthers() {
      for _ in 0..<Self.patience where pending.load(ordering: .acquiring) > 0 { Self.pause() }
      while pending.load(ordering: .acquiring) > 0 {
        callerSleeps.store(true, ordering: .sequentiallyConsistent)
        if pending.load(ordering: .sequentiallyConsistent) > 0 { done.wait() }
        callerSleeps.store(false, ordering: .sequentiallyConsistent)
      }
    }

    /// Runs one part; false where none is left.
    private func claimAndRun() -> Bool {
      var word = claims.load(ordering: .acquiring)
      while word & 0xFFFF_FFFF > 0 {
        let (exchanged, original) = claims.weakCompareExchange(
          expected: word, desired: word - 1, ordering: .acquiringAndReleasing)
        if exchanged {
          body?(Int(word & 0xFFFF_FFFF) - 1)
          let left = pending.subtract(1, ordering: .sequentiallyConsistent).newValue
          if left == 0, callerSleeps.load(ordering: .sequentiallyConsistent) { done.signal() }
          return true
        }
        word = original
      }
      return false
    }

    func work() {
      while !isStopped.load(ordering: .acquiring) {
        while claimAndRun() {}
        var left = Self.patience
        while left > 0, !hasWork {
          Self.pause()
          left -= 1
        }
        guard !hasWork else { continue }
        sleeping.add(1, ordering: .sequentiallyConsistent)
        if !hasWork, !isStopped.load(ordering: .sequentiallyConsistent) { wake.wait() }
        sleeping.subtract(1, ordering: .sequentiallyConsistent)
      }
    }

    private var hasWork: Bool { claims.load(ordering: .sequentiallyConsistent) & 0xFFFF_FFFF > 0 }

    func stop(_ workers: Int) {
      isStopped.store(true, ordering: .sequentiallyConsistent)
      for _ in 0..<workers { wake.signal() }
    }

    @inline(__always)
    private static func pause() { lathe_pause() }
  }
}

/// A counting semaphore of POSIX.
///
/// `@unchecked Sendable`: it is made to be shared, and its address is fixed from init to deinit.
private final class Semaphore: @unchecked Sendable {
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() { sem_init(semaphore, 0, 0) }
  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func signal() { sem_post(semaphore) }
  /// Waits for a signal; may also return without one.
  func wait() { sem_wait(semaphore) }
}
