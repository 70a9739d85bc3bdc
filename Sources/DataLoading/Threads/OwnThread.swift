import Glibc

/// A thread of its own, which is waited for at its end.
package struct OwnThread: Sendable {
  private let handle: pthread_t

  private final class Work {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    func run() { body() }
  }

  /// Begins `body`.
  /// - Throws: where the system refuses a thread.
  package init(_ body: @escaping @Sendable () -> Void) throws(LoadingError) {
    let work = unsafe Unmanaged.passRetained(Work(body))
    // Signals are for the program's own threads.
    var all = sigset_t()
    var before = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
    var handle = pthread_t()
    let code = unsafe pthread_create(
      &handle, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, work.toOpaque())
    unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    guard code == 0 else {
      unsafe work.release()
      throw LoadingError(
        kind: .system, subject: "threads",
        detail: "the system refused another thread (error \(code))", hint: "give fewer")
    }
    self.handle = handle
  }

  /// Waits for the thread's end; once.
  package func join() { pthread_join(handle, nil) }
}

extension OwnThread {
  /// Begins to fill batches of a ring, until there are no more.
  init(ring: BatchRing, filler: BatchFiller) throws(LoadingError) {
    try self.init {
      ForkGate.enter()
      defer { ForkGate.leave() }
      var claim = ring.claim(after: nil, failure: nil)
      while let rows = claim {
        let failure = ring.fill(rows, with: filler)
        ForkGate.yield()
        claim = ring.claim(after: rows, failure: failure)
      }
    }
  }
}
