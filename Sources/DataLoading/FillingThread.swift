import Glibc

/// A thread that fills batches of a ring until there are no more.
struct FillingThread: Sendable {
  private let handle: pthread_t

  /// What the thread works with; it is the only one to touch the filler.
  private final class Work {
    let ring: BatchRing
    let filler: BatchFiller

    init(ring: BatchRing, filler: BatchFiller) {
      self.ring = ring
      self.filler = filler
    }

    func run() {
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

  init(number: Int, ring: BatchRing, filler: BatchFiller) throws(LoadingError) {
    let work = unsafe Unmanaged.passRetained(Work(ring: ring, filler: filler))
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
        detail: "the system refused thread \(number) (error \(code))", hint: "give fewer")
    }
    self.handle = handle
  }

  /// Waits for the thread's end; once.
  func join() { pthread_join(handle, nil) }
}
