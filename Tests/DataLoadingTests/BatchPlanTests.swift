import Corpus
import Testing

@testable import DataLoading

/// The arithmetic of steps on its own, on thousands of drawn cases.
@Suite struct BatchPlanTests {
  private func plan(
    _ length: Int, batch: Int, rank: Int = 0, world: Int = 1, keep: Bool = true, epochs: Int? = nil
  ) throws -> BatchPlan {
    try BatchPlan(
      .with {
        $0.batchSize = batch
        $0.rank = rank
        $0.worldSize = world
        $0.lastBatch = keep ? .keep : .drop
        $0.epochs = epochs
      }, epochLength: length)
  }

  private func positions(_ step: BatchPlan.Step, world: Int) -> [Int] {
    (0..<step.count).map { step.first + $0 * world }
  }

  @Test func ranksShareEachEpochExactly() throws {
    var generator = CounterGenerator(seed: 21)
    for _ in 0..<3_000 {
      let world = [1, 2, 3, 5, 8][Int(generator.next(below: 5))]
      let length = world + Int(generator.next(below: 200))
      let batch = 1 + Int(generator.next(below: 40))
      var seen: [Int] = []
      var states: [Set<LoaderProgress>] = []
      for rank in 0..<world {
        let plan = try plan(length, batch: batch, rank: rank, world: world, epochs: 1)
        var progress = LoaderProgress(epoch: 0, position: 0)
        var index = 0
        while let step = plan.step(from: progress) {
          seen += positions(step, world: world)
          if index == states.count { states.append([]) }
          states[index].insert(step.after)
          progress = step.after
          index += 1
        }
        #expect(index == plan.stepsPerEpoch)
      }
      #expect(seen.sorted() == Array(0..<length))
      #expect(states.allSatisfy { $0.count == 1 }, "ranks part after equal steps")
    }
  }

  @Test func sharesTogetherHaveEveryStep() throws {
    var generator = CounterGenerator(seed: 23)
    for _ in 0..<1_000 {
      let every = 1 + Int(generator.next(below: 5))
      let (length, batch) = (1 + Int(generator.next(below: 60)), 1 + Int(generator.next(below: 9)))
      let start = LoaderProgress(epoch: 0, position: Int(generator.next(below: UInt64(length))))
      func steps(_ share: BatchShare) throws -> [BatchPlan.Step] {
        let plan = try BatchPlan(
          .with {
            $0.batchSize = batch
            $0.epochs = 3
          }, epochLength: length, share: share)
        var steps: [BatchPlan.Step] = []
        var next = plan.first(from: start)
        while let step = next {
          steps.append(step)
          next = plan.next(after: step)
        }
        #expect(steps.count == plan.stepsLeft(from: start))
        return steps
      }
      let all = try steps(.all)
      for skipped in 0..<every {
        let wanted = all.indices.filter { $0 % every == skipped }.map { all[$0] }
        #expect(try steps(BatchShare(skipped: skipped, every: every)) == wanted)
      }
    }
    #expect(throws: LoadingError.self) {
      try BatchPlan(.with { _ in }, epochLength: 9, share: BatchShare(skipped: 65, every: 1))
    }
    #expect(throws: LoadingError.self) {
      try BatchPlan(.with { _ in }, epochLength: 9, share: BatchShare(skipped: 0, every: 0))
    }
  }

  @Test func droppedEndsLeaveEqualBatchesToAllRanks() throws {
    var generator = CounterGenerator(seed: 22)
    for _ in 0..<2_000 {
      let world = 1 + Int(generator.next(below: 5))
      let batch = 1 + Int(generator.next(below: 20))
      let length = world * batch + Int(generator.next(below: 200))
      var seen: Set<Int> = []
      for rank in 0..<world {
        let plan = try plan(
          length, batch: batch, rank: rank, world: world, keep: false, epochs: 1)
        var progress = LoaderProgress(epoch: 0, position: 0)
        var steps = 0
        while let step = plan.step(from: progress) {
          #expect(step.count == batch)
          seen.formUnion(positions(step, world: world))
          progress = step.after
          steps += 1
        }
        #expect(steps == length / (world * batch))
        #expect(progress == LoaderProgress(epoch: 1, position: 0))
      }
      #expect(seen == Set(0..<length / (world * batch) * world * batch))
    }
  }

  @Test func whateverGoesOnDeliversExactlyTheRest() throws {
    var generator = CounterGenerator(seed: 23)
    for _ in 0..<5_000 {
      func drawn(_ bound: Int) -> Int { Int(generator.next(below: UInt64(bound))) }
      let length = 5 + drawn(300)
      var progress = LoaderProgress(epoch: 0, position: 0)
      var seen: [Int] = []
      // A few times another number of ranks with another batch size goes on for a few steps.
      while progress.epoch == 0 {
        let world = 1 + drawn(min(5, length))
        let batch = 1 + drawn(30)
        let steps = 1 + drawn(4)
        let start = progress
        for rank in 0..<world {
          let plan = try plan(length, batch: batch, rank: rank, world: world)
          var own = start
          for _ in 0..<steps {
            guard own.epoch == 0, let step = plan.step(from: own), step.epoch == 0 else { break }
            seen += positions(step, world: world)
            own = step.after
          }
          if rank == 0 { progress = own }
        }
      }
      #expect(seen.sorted() == Array(0..<length))
    }
  }

  @Test func batchesBeyondTheEpochAreShortOrRefused() throws {
    #expect(try plan(10, batch: .max).longest == 10)
    #expect(try plan(10, batch: .max, world: 3).longest == 4)
    let step = try #require(
      try plan(10, batch: .max, rank: 1, world: 3).step(from: LoaderProgress(epoch: 4, position: 0))
    )
    #expect(step.count == 3 && step.after == LoaderProgress(epoch: 5, position: 0))
    for (batch, world) in [(11, 1), (.max, 1), (4, 3), (.max, 3)] {
      #expect(throws: LoadingError.self) { try plan(10, batch: batch, world: world, keep: false) }
    }
    #expect(throws: LoadingError.self) { try plan(2, batch: 1, world: 3) }
  }

  @Test func epochsEnd() throws {
    let plan = try plan(4, batch: 4, epochs: 2)
    #expect(plan.step(from: LoaderProgress(epoch: 1, position: 0))?.epoch == 1)
    #expect(plan.step(from: LoaderProgress(epoch: 2, position: 0)) == nil)
  }
}
