import Glibc
import Synchronization
import Testing

@testable import DataLoading

/// What a fork does to the gate, without one: the gate is the whole process's, and others of these tests
/// have loaders at work behind it.
@Suite(.serialized) struct ForkGateTests {
  private final class Steps: Sendable {
    private let flags = Mutex<Set<String>>([])

    func did(_ step: String) { flags.withLock { _ = $0.insert(step) } }
    func have(_ step: String) -> Bool { flags.withLock { $0.contains(step) } }
  }

  /// A thread of its own, since a fork blocks the one that makes it.
  private func thread(_ body: @escaping @Sendable () -> Void) -> pthread_t {
    var handle = pthread_t()
    let context = unsafe Unmanaged.passRetained(Body(body)).toOpaque()
    unsafe pthread_create(
      &handle, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().body()
        return nil
      }, context)
    return handle
  }

  private final class Body {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  @Test func aForkWaitsForWhoIsInsideAndKeepsOthersOut() {
    #expect(ForkGate.isInstalled)
    let steps = Steps()
    ForkGate.enter()
    let fork = thread {
      ForkGate.close()
      if steps.have("left") { steps.did("closed after that") }
    }
    while ForkGate.tryEnter() {
      ForkGate.leave()
      usleep(100)
    }
    steps.did("left")
    ForkGate.leave()
    pthread_join(fork, nil)
    #expect(steps.have("closed after that"))

    let late = thread {
      ForkGate.enter()
      steps.did("entered")
      ForkGate.leave()
    }
    usleep(20_000)
    #expect(!steps.have("entered"))
    ForkGate.open()
    pthread_join(late, nil)
    #expect(steps.have("entered"))
  }
}
