import Glibc
import Synchronization

/// Keeps a fork from falling into the middle of a loader's work.
///
/// A forked process has a copy of all memory but only one thread. A lock that another thread held,
/// such as one of the Swift runtime's own, stays locked there for good, and the child, which may
/// well open the cache anew, would wait for it for ever. So a fork waits until every thread of a
/// loader is outside this gate, that is, waiting for something, and no thread comes in before it is
/// done.
enum ForkGate {
  private static let inside = Atomic(0)
  private static let isClosed = Atomic(false)
  private static let forks = Atomic(0)

  /// The longest that a fork waits: a thread that reads from a disk that doesn't answer must not
  /// keep it for ever.
  private static let patience = 10_000_000_000

  /// Sets the gate up, once; whether that could be done.
  static let isInstalled =
    pthread_atfork({ ForkGate.close() }, { ForkGate.open() }, { ForkGate.openInChild() }) == 0

  /// How many forks lie between the first process and this one.
  static var generation: Int { forks.load(ordering: .relaxed) }

  /// Comes in, after a fork that is being made. Without a lock that a thread inside may wait for.
  static func enter() {
    while !tryEnter() { waitUntilOpen() }
  }

  /// Comes in unless a fork is being made.
  static func tryEnter() -> Bool {
    // Counted first, looked afterwards, as the fork does it the other way round: one sees the
    // other.
    inside.add(1, ordering: .sequentiallyConsistent)
    if !isClosed.load(ordering: .sequentiallyConsistent) { return true }
    leave()
    return false
  }

  static func leave() { inside.subtract(1, ordering: .sequentiallyConsistent) }

  /// Steps aside for a fork that is waiting; for a thread inside, between two pieces of work.
  static func yield() {
    guard isClosed.load(ordering: .relaxed) else { return }
    leave()
    enter()
  }

  static func waitUntilOpen() {
    while isClosed.load(ordering: .acquiring) { pause() }
  }

  private static func pause() {
    var time = timespec(tv_sec: 0, tv_nsec: 20_000)
    unsafe nanosleep(&time, nil)
  }

  /// Before a fork: lets nobody in and waits until nobody is inside.
  static func close() {
    isClosed.store(true, ordering: .sequentiallyConsistent)
    var left = patience / 20_000
    while left > 0, inside.load(ordering: .sequentiallyConsistent) > 0 {
      pause()
      left -= 1
    }
  }

  /// After a fork, in the process that made it.
  static func open() { isClosed.store(false, ordering: .sequentiallyConsistent) }

  private static func openInChild() {
    inside.store(0, ordering: .relaxed)
    forks.add(1, ordering: .relaxed)
    open()
  }
}
