import Glibc

/// A lock with the two conditions on which the two sides of a ring of batches wait.
///
/// `@unchecked Sendable`: POSIX mutexes and conditions are made to be shared, and their addresses
/// are fixed from init to deinit.
@safe final class Monitor: @unchecked Sendable {
  /// What a thread may wait for.
  enum Condition: Int {
    /// There is something to fill.
    case work
    /// There is something to take.
    case batch
  }

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let conditions = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 2)

  /// A moment on the clock that nobody sets.
  struct Deadline {
    fileprivate var moment = timespec()

    /// So many milliseconds from now.
    init(milliseconds: Int) {
      unsafe clock_gettime(CLOCK_MONOTONIC, &moment)
      let nanoseconds = moment.tv_nsec + milliseconds % 1_000 * 1_000_000
      moment.tv_sec += milliseconds / 1_000 + nanoseconds / 1_000_000_000
      moment.tv_nsec = nanoseconds % 1_000_000_000
    }
  }

  init() {
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe conditions.initialize(repeating: pthread_cond_t(), count: 2)
    unsafe pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    for index in 0..<2 { unsafe pthread_cond_init(conditions + index, &attributes) }
    unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    for index in 0..<2 { unsafe pthread_cond_destroy(conditions + index) }
    unsafe pthread_mutex_destroy(mutex)
    unsafe conditions.deallocate()
    unsafe mutex.deallocate()
  }

  func lock() { unsafe pthread_mutex_lock(mutex) }
  func unlock() { unsafe pthread_mutex_unlock(mutex) }
  /// Gives the lock up until the condition is signalled; as always, it must be checked again then.
  /// A caller is inside the ``ForkGate``, but outside it during the wait.
  func wait(for condition: Condition) {
    ForkGate.leave()
    unsafe pthread_cond_wait(conditions + condition.rawValue, mutex)
    comeBack()
  }
  /// The same, until a moment at most; false where that has come.
  func wait(for condition: Condition, until deadline: Deadline?) -> Bool {
    guard var deadline else {
      wait(for: condition)
      return true
    }
    ForkGate.leave()
    defer { comeBack() }
    return unsafe pthread_cond_timedwait(
      conditions + condition.rawValue, mutex, &deadline.moment) != ETIMEDOUT
  }

  /// Enters the gate again. The lock is not held while a fork keeps it closed: a thread inside, for
  /// which the fork waits, may want it.
  private func comeBack() {
    while !ForkGate.tryEnter() {
      unlock()
      ForkGate.waitUntilOpen()
      lock()
    }
  }
  func signal(_ condition: Condition) {
    unsafe pthread_cond_signal(conditions + condition.rawValue)
  }
  func broadcast(_ condition: Condition) {
    unsafe pthread_cond_broadcast(conditions + condition.rawValue)
  }
}
