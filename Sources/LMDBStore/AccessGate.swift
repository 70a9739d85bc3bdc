import Glibc

/// Who uses the map of an environment in this process: many readers, or one that moves the map.
///
/// LMDB moves its map under readers without a word, so the environment counts them itself.
/// A thread that reads may begin another read while a move waits, which it could not do if moves
/// simply came first: it would wait for the mover, and the mover for it.
@safe final class AccessGate: @unchecked Sendable {
  // Unchecked: every field is touched under `mutex` only, which lives as long as the object.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private var reads: [pthread_t: Int] = [:]
  private var holds = 0
  private var mover: pthread_t?

  init() {
    unsafe mutex = .allocate(capacity: 1)
    unsafe changed = .allocate(capacity: 1)
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(changed, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(changed)
    unsafe pthread_mutex_destroy(mutex)
    unsafe changed.deallocate()
    unsafe mutex.deallocate()
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return body()
  }

  /// Whether the calling thread is reading.
  var isReading: Bool {
    locked { reads[pthread_self()] != nil }
  }

  /// Whether the calling thread holds the gate for itself.
  var isMoving: Bool {
    locked { mover == pthread_self() }
  }

  func beginRead() {
    let thread = pthread_self()
    locked {
      while reads[thread] == nil, let other = mover, other != thread {
        unsafe pthread_cond_wait(changed, mutex)
      }
      reads[thread, default: 0] += 1
    }
  }

  /// Begins a read that belongs to no thread and may last. The calling thread must be reading, so
  /// that no move is going on.
  func beginHold() { locked { holds += 1 } }

  /// Ends such a read, on any thread.
  func endHold() {
    locked {
      holds -= 1
      unsafe pthread_cond_broadcast(changed)
    }
  }

  func endRead() {
    let thread = pthread_self()
    locked {
      let left = (reads[thread] ?? 1) - 1
      reads[thread] = left == 0 ? nil : left
      unsafe pthread_cond_broadcast(changed)
    }
  }

  /// Waits until nobody reads and keeps readers out; false where that did not come in time, or
  /// cannot because the calling thread reads itself.
  func beginMove(waitingSeconds: Int) -> Bool {
    let thread = pthread_self()
    var deadline = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &deadline)
    deadline.tv_sec += waitingSeconds
    return locked {
      if reads[thread] != nil { return false }
      while mover != nil {
        if unsafe pthread_cond_timedwait(changed, mutex, &deadline) == ETIMEDOUT { return false }
      }
      mover = thread
      while !reads.isEmpty || holds > 0 {
        if unsafe pthread_cond_timedwait(changed, mutex, &deadline) == ETIMEDOUT {
          if reads.isEmpty, holds == 0 { break }
          mover = nil
          unsafe pthread_cond_broadcast(changed)
          return false
        }
      }
      return true
    }
  }

  func endMove() {
    locked {
      mover = nil
      unsafe pthread_cond_broadcast(changed)
    }
  }
}

/// One writer at a time in this process, with the writing thread known.
@safe final class WriterLock: @unchecked Sendable {
  // Unchecked: `owner` is touched under `mutex` only.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let freed: UnsafeMutablePointer<pthread_cond_t>
  private var owner: pthread_t?

  init() {
    unsafe mutex = .allocate(capacity: 1)
    unsafe freed = .allocate(capacity: 1)
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(freed, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(freed)
    unsafe pthread_mutex_destroy(mutex)
    unsafe freed.deallocate()
    unsafe mutex.deallocate()
  }

  /// Takes the lock; false where the calling thread has it already.
  func take() -> Bool {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    if owner == pthread_self() { return false }
    while owner != nil { unsafe pthread_cond_wait(freed, mutex) }
    owner = pthread_self()
    return true
  }

  func give() {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    owner = nil
    unsafe pthread_cond_signal(freed)
  }
}
