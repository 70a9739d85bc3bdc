import Corpus
import Foundation
import Testing

@testable import DataLoading

@Suite struct ResumeTests {
  private let source = MemorySource(
    tracks: (0..<53).map { $0 % 2 }, slices: 3, shape: [6], type: .int16)

  private func configuration(
    batch: Int = 8, threads: Int = 1, rank: Int = 0, world: Int = 1, epochs: Int? = 1,
    sampling: Sampling = .uniform
  ) -> LoaderConfiguration {
    .with {
      $0.batchSize = batch
      $0.threads = threads
      $0.rank = rank
      $0.worldSize = world
      $0.epochs = epochs
      $0.sampling = sampling
      $0.seed = 17
    }
  }

  @Test(arguments: [1, 2, 3, 5])
  func ranksTogetherDeliverTheEpoch(world: Int) throws {
    var samples: [Int] = []
    for rank in 0..<world {
      var delivered = Delivered()
      try delivered.collect(
        Loader(source, configuration: configuration(threads: rank % 3, rank: rank, world: world)))
      samples += delivered.samples(slices: 3)
    }
    #expect(samples.sorted() == Array(0..<159))
  }

  @Test func statesGoOnWithOtherRanksBatchesAndThreads() throws {
    var generator = CounterGenerator(seed: 5)
    for _ in 0..<25 {
      func drawn(_ bound: Int) -> Int { Int(generator.next(below: UInt64(bound))) }
      let sampling = [Sampling.uniform, .balanced, .tracks([:])][drawn(3)]
      var expected = Delivered()
      try expected.collect(Loader(source, configuration: configuration(sampling: sampling)))
      var state: LoaderState?
      var found: [Int: Int] = [:]
      // Draws of one sample may repeat, so what is compared is what stands at each position.
      while (state?.epoch ?? 0) == 0 {
        let world = [1, 2, 3, 5][drawn(4)]
        let batch = 1 + drawn(30)
        let steps = 1 + drawn(3)
        let first = state?.position ?? 0
        var after: LoaderState?
        for rank in 0..<world {
          let loader = try Loader(
            source,
            configuration: configuration(
              batch: batch, threads: drawn(4), rank: rank, world: world, sampling: sampling),
            state: state)
          for step in 0..<steps {
            guard let lent = try loader.next() else { break }
            for row in 0..<lent.count {
              let position = first + step * batch * world + row * world + rank
              found[position] = Int(lent.tracks[row]) * 3 + Int(lent.slices[row])
            }
          }
          if rank == 0 { after = loader.state }
        }
        let saved = try JSONEncoder().encode(try #require(after))
        state = try JSONDecoder().decode(LoaderState.self, from: saved)
      }
      #expect((0..<159).map { found[$0] } == expected.samples(slices: 3))
    }
  }

  @Test func epochsOfAnyLengthGoThroughAllSamples() throws {
    var options = configuration(epochs: 3)
    options.samplesPerEpoch = 53
    var delivered = Delivered()
    try delivered.collect(Loader(source, configuration: options))
    #expect(delivered.samples(slices: 3).sorted() == Array(0..<159))
    #expect(delivered.epochs == (0..<159).map { $0 / 53 })
  }

  @Test func finishedStatesHaveNoMore() throws {
    let loader = try Loader(source, configuration: configuration())
    var delivered = Delivered()
    try delivered.collect(loader)
    #expect(loader.state.epoch == 1 && loader.state.position == 0)
    let again = try Loader(source, configuration: configuration(), state: loader.state)
    #expect(try again.next() == nil)
  }

  @Test func statesOfOtherLoadersAreRefused() throws {
    let loader = try Loader(source, configuration: configuration())
    _ = try loader.next()?.count
    let good = loader.state
    #expect(throws: Never.self) {
      try Loader(source, configuration: configuration(batch: 3), state: good)
    }
    func refusal(
      _ subject: String, _ configuration: LoaderConfiguration? = nil,
      _ change: (inout LoaderState) -> Void = { _ in }
    ) {
      var state = good
      change(&state)
      let error = #expect(throws: LoadingError.self) {
        try Loader(source, configuration: configuration ?? self.configuration(), state: state)
      }
      #expect(error?.kind == .state)
      #expect(error?.subject == "state: \(subject)")
    }
    refusal("version") { $0.version = 2 }
    refusal("identity") { $0.identity += "x" }
    refusal("seed") { $0.seed = 18 }
    refusal("order", configuration(sampling: .balanced))
    var inOrder = configuration()
    inOrder.shuffle = false
    refusal("order", inOrder)
    var shorter = configuration()
    shorter.samplesPerEpoch = 100
    refusal("order", shorter)
    refusal("position") { $0.position = 160 }
    refusal("position") { $0.position = -1 }
    refusal("position") { $0.epoch = -1 }
    refusal("epoch") { $0.epoch = .max }
    refusal("epoch") { $0.epoch = 1 << 58 }
  }
}
