import Glibc
import Synchronization
import Testing

@testable import DataLoading

/// What a fork does to the gate, without one: the gate is the whole process's, and others of these
/// tests have loaders at work behind it.
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

  /// In a forked process the monitor may be held by a thread that it doesn't have.
  @Test(.timeLimit(.minutes(1))) func whatAParentHeldIsNotWaitedFor() throws {
    let configuration = LoaderConfiguration.with {
      $0.batchSize = 10
      $0.threads = 0
    }
    let content = try LoaderContent(
      [WeightedSource(MemorySource(tracks: Array(repeating: 0, count: 100)))], configuration,
      state: nil)
    let ring = try BatchRing(content, configuration, generation: ForkGate.generation - 1)
    let filler = try BatchFiller(content, configuration: configuration)
    guard case .batch(let lent) = try ring.take(fillingWith: filler) else { throw NoBatch() }
    ring.monitor.lock()
    defer { ring.monitor.unlock() }
    #expect(ring.state.position == 10)
    #expect(!ring.release(lent.slot))
    Batch(ring, lent).release()
  }
}
