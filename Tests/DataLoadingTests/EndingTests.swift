import Corpus
import Synchronization
import Testing

@testable import DataLoading

/// What happens at the ends: errors, closing, dropping. One after the other, since threads and
/// sources are counted.
@Suite(.serialized) struct EndingTests {
  @Test(arguments: [0, 1, 3])
  func errorsComeInOrderAndNeverAreLost(threads: Int) throws {
    let source = MemorySource(
      tracks: Array(repeating: 0, count: 100), damaged: [23, 24, 61])
    let loader = try Loader(
      source,
      configuration: .with {
        $0.batchSize = 10
        $0.epochs = 1
        $0.shuffle = false
        $0.threads = threads
      })
    for batch in 0..<10 {
      if batch == 2 || batch == 6 {
        let before = loader.state
        let error = #expect(throws: LoadingError.self) { _ = try loader.next()?.count }
        #expect(error?.kind == .sample)
        #expect(error?.sample?.subject == (batch == 2 ? "sample 23" : "sample 61"))
        #expect(
          error?.description.hasPrefix("batch \(batch), row \(batch == 2 ? 3 : 1) (epoch 0)")
            == true)
        #expect(loader.state == before)
      } else {
        let found = try firstTrack(loader)
        #expect(found == Int64(batch * 10))
      }
    }
    #expect(try firstTrack(loader) == nil)
  }

  private func lastOfTwo(_ batch: consuming Batch) -> Float { batch.floats[7] }

  private func firstTrack(_ loader: Loader) throws -> Int64? {
    guard let batch = try loader.next() else { return nil }
    return batch.tracks[0]
  }

  @Test func closingEndsWaitingAndFilling() throws {
    // The workers fill and never come to an end by themselves; the caller waits for them.
    // Every writer looks at one sample when it is made.
    let gate = Gate(isOpen: false, free: 2)
    let source = MemorySource(tracks: Array(repeating: 0, count: 100), gate: gate)
    let loader = try Loader(
      source,
      configuration: .with {
        $0.batchSize = 10
        $0.threads = 2
      })
    let waiting = Waiting(loader)
    while gate.arrivals.load(ordering: .sequentiallyConsistent) < 3 { usleepBriefly() }
    #expect(waiting.outcome == nil)
    // The rows under way must end before the threads can.
    let closing = Waiting { loader.close() }
    #expect(waiting.wait()?.kind == .cancelled)
    gate.isOpen.store(true, ordering: .sequentiallyConsistent)
    _ = closing.wait()
    #expect(gate.arrivals.load(ordering: .sequentiallyConsistent) <= 4, "rows were filled after")
    let error = #expect(throws: LoadingError.self) { _ = try loader.next()?.count }
    #expect(error?.kind == .cancelled)
  }

  @Test func closingEndsIdleThreadsAndLeavesHeldBatches() throws {
    let source = MemorySource(tracks: Array(repeating: 0, count: 100))
    let loader = try Loader(
      source,
      configuration: .with {
        $0.batchSize = 10
        $0.shuffle = false
        $0.threads = 2
        $0.prefetch = 2
      })
    guard let batch = try loader.next() else { throw NoBatch() }
    // Time for the ring to fill and the threads to idle.
    for _ in 0..<20 { usleepBriefly() }
    loader.close()
    loader.close()
    let (track, number) = (batch.tracks[9], batch.floats[4])
    #expect(track == 9)
    #expect(number == source.floats(1)[0])
  }

  @Test func batchesOutliveTheirLoader() throws {
    let before = MemorySource.living.load(ordering: .sequentiallyConsistent)
    do {
      let source = MemorySource(tracks: Array(repeating: 0, count: 100), name: "counted")
      var loader: Loader? = try Loader(source, configuration: .with { $0.shuffle = false })
      guard let batch = try loader?.next() else { throw NoBatch() }
      loader = nil
      #expect(lastOfTwo(batch) == source.floats(1)[3])
    }
    #expect(MemorySource.living.load(ordering: .sequentiallyConsistent) == before)
  }

  @Test func droppingLeavesNothingBehind() throws {
    let threads = threadCount()
    let before = MemorySource.living.load(ordering: .sequentiallyConsistent)
    var generator = CounterGenerator(seed: 9)
    for _ in 0..<2_000 {
      let source = MemorySource(tracks: Array(repeating: 1, count: 40), name: "counted")
      let loader = try Loader(
        source,
        configuration: .with {
          $0.batchSize = 1 + Int(generator.next(below: 30))
          $0.threads = Int(generator.next(below: 4))
          $0.prefetch = 1 + Int(generator.next(below: 3))
        })
      for _ in 0..<generator.next(below: 4) { _ = try loader.next()?.count }
    }
    #expect(MemorySource.living.load(ordering: .sequentiallyConsistent) == before)
    // Those of the test runner and of servers of other tests come and go; thousands would be left
    // otherwise.
    #expect(threadCount() <= threads + 128)
  }

  @Test(arguments: [0, 2])
  func heldBatchesAreNotFilledAnew(threads: Int) throws {
    let source = MemorySource(tracks: Array(repeating: 0, count: 100))
    let loader = try Loader(
      source,
      configuration: .with {
        $0.batchSize = 10
        $0.shuffle = false
        $0.threads = threads
        $0.prefetch = 2
      })
    var held: [LentBatch] = []
    for _ in 0..<loader.ringLength { held.append(try #require(try loader.nextLent())) }
    let error = #expect(throws: LoadingError.self) { try loader.nextLent() }
    #expect(error?.kind == .exhausted)
    for (number, batch) in held.enumerated() {
      #expect(unsafe loader.addresses(of: batch).tracks[0] == Int64(number * 10))
    }
    #expect(loader.release(slot: held[1].slot))
    #expect(!loader.release(slot: held[1].slot), "it was given back before")
    #expect(!loader.release(slot: -1) && !loader.release(slot: 99))
    let next = try #require(try loader.nextLent())
    #expect(unsafe loader.addresses(of: next).tracks[0] == Int64(loader.ringLength * 10))
    #expect(unsafe Int(bitPattern: loader.addresses(of: next).inputs) % 4_096 == 0)
    #expect(unsafe loader.addresses(of: held[0]).tracks[0] == 0)
  }

  @Test func pagesAreAskedForOnceInTheFirstPass() throws {
    let source = MemorySource(tracks: Array(repeating: 0, count: 1_000))
    let loader = try Loader(
      source,
      configuration: .with {
        $0.batchSize = 10
        $0.epochs = 3
      })
    var delivered = Delivered()
    try delivered.collect(loader)
    let asked = source.pagesAsked.load(ordering: .sequentiallyConsistent)
    #expect((1_000...1_640).contains(asked))
  }
}

/// A thread that waits for a loader.
private final class Waiting: @unchecked Sendable {
  private let thread = Mutex<LoadingError?>(nil)
  private let ended = Atomic(false)

  convenience init(_ loader: Loader) {
    self.init { () throws(LoadingError) in _ = try loader.next()?.count }
  }

  init(_ body: @escaping @Sendable () throws(LoadingError) -> Void) {
    startThread { [self] in
      do throws(LoadingError) { try body() } catch { thread.withLock { $0 = error } }
      ended.store(true, ordering: .sequentiallyConsistent)
    }
  }

  var outcome: LoadingError? { thread.withLock { $0 } }

  func wait() -> LoadingError? {
    while !ended.load(ordering: .sequentiallyConsistent) { usleepBriefly() }
    return outcome
  }
}
