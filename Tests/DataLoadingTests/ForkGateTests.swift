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

  @Test func aForkWaitsForWhoIsInsideAndKeepsOthersOut() throws {
    #expect(ForkGate.isInstalled)
    let steps = Steps()
    ForkGate.enter()
    let fork = try OwnThread {
      ForkGate.close()
      if steps.have("left") { steps.did("closed after that") }
    }
    while ForkGate.tryEnter() {
      ForkGate.leave()
      usleep(100)
    }
    steps.did("left")
    ForkGate.leave()
    fork.join()
    #expect(steps.have("closed after that"))

    let late = try OwnThread {
      ForkGate.enter()
      steps.did("entered")
      ForkGate.leave()
    }
    usleep(20_000)
    #expect(!steps.have("entered"))
    ForkGate.open()
    late.join()
    #expect(steps.have("entered"))
  }
}
