import Corpus
import DataLoading
import Synchronization
import Testing

@Suite struct PatienceTests {
  @Test func aWaitThatIsTooLongEndsAndLosesNothing() throws {
    // Every writer looks at one sample when it is made.
    let gate = Gate(isOpen: false, free: 1)
    let source = MemorySource(tracks: Array(repeating: 0, count: 20), gate: gate)
    let loader = try Loader(
      source,
      configuration: .with {
        $0.batchSize = 10
        $0.threads = 1
        $0.epochs = 1
        $0.shuffle = false
      })
    let start = loader.state
    for patience in [0, 1, 30] {
      let clock = ContinuousClock.now
      #expect(try loader.nextLent(patience: patience) == .late)
      #expect(ContinuousClock.now - clock >= .milliseconds(patience))
    }
    #expect(loader.state == start)
    gate.isOpen.store(true, ordering: .sequentiallyConsistent)
    for index in 0..<2 {
      guard case .batch(let batch) = try loader.nextLent(patience: 1 << 62) else {
        Issue.record("no batch \(index)")
        return
      }
      #expect(batch.index == index)
      #expect(batch.count == 10)
      loader.release(slot: batch.slot)
    }
    #expect(try loader.nextLent(patience: 0) == .end)
  }

  @Test func theBatchesThatAreLeftAreCounted() throws {
    var draw = CounterGenerator(seed: 5)
    for _ in 0..<200 {
      let source = MemorySource(
        tracks: Array(repeating: 0, count: .random(in: 8...40, using: &draw)))
      let configuration = LoaderConfiguration.with {
        $0.batchSize = .random(in: 1...4, using: &draw)
        $0.worldSize = .random(in: 1...2, using: &draw)
        $0.rank = .random(in: 0..<$0.worldSize, using: &draw)
        $0.lastBatch = Bool.random(using: &draw) ? .keep : .drop
        $0.epochs = 3
        $0.threads = 0
      }
      let first = Int.random(in: 0...2, using: &draw)
      var state = try Loader.start(
        of: [WeightedSource(source)], configuration: configuration, epoch: first)
      #expect(state.epoch == first && state.position == 0)
      state.position = .random(in: 0...source.count, using: &draw)
      let loader = try Loader(source, configuration: configuration, state: state)
      var batches = 0
      while case .batch(let batch) = try loader.nextLent(patience: 0) {
        #expect(batch.epoch >= first)
        loader.release(slot: batch.slot)
        batches += 1
      }
      #expect(loader.batchesInAll == batches, "\(configuration) from \(state)")
    }
  }

  @Test func whatHasNoEndIsNotCounted() throws {
    let source = MemorySource(tracks: [0, 0])
    let loader = try Loader(
      source,
      configuration: .with {
        $0.batchSize = 1
        $0.epochs = nil
      })
    #expect(loader.batchesInAll == nil)
  }
}
