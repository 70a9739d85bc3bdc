import Corpus
import Testing

@testable import DataLoading

/// The first `count` draws of an order, as (source, sample, pass).
private func draws(
  _ list: [WeightedSource], _ sampling: Sampling, shuffle: Bool = true, seed: UInt64 = 1,
  samplesPerEpoch: Int? = nil, count: Int, from first: Int = 0
) throws -> [(source: Int, draw: Draw)] {
  let sources = try SourceList(list)
  let order = try SampleOrder(
    sources, sampling: sampling, shuffle: shuffle, seed: seed, samplesPerEpoch: samplesPerEpoch)
  var reader = DrawReader(order: order, sources: sources)
  return (first..<first + count).map { reader.draw(at: $0) }
}

/// 7 tracks of label a, 3 of b, 11 of c, two slices each.
private func uneven(name: String = "memory") -> MemorySource {
  MemorySource(
    tracks: Array(repeating: 0, count: 7) + [1, 1, 1] + Array(repeating: 2, count: 11), slices: 2,
    labels: ["a", "b", "c"], name: name)
}

@Suite struct SampleOrderTests {
  @Test func eachPassIsAnOrderOfItsOwn() throws {
    let source = MemorySource(tracks: Array(repeating: 0, count: 500))
    let found = try draws([WeightedSource(source)], .uniform, count: 1_500)
    var orders: Set<[Int]> = []
    for pass in 0..<3 {
      let part = found[pass * 500..<(pass + 1) * 500]
      #expect(part.allSatisfy { $0.draw.pass == pass })
      #expect(part.map(\.draw.sample).sorted() == Array(0..<500))
      orders.insert(part.map(\.draw.sample))
    }
    #expect(orders.count == 3)
    let unshuffled = try draws([WeightedSource(source)], .uniform, shuffle: false, count: 600)
    #expect(unshuffled.map(\.draw.sample) == Array(0..<500) + Array(0..<100))
    #expect(unshuffled.map(\.draw.pass) == (0..<600).map { $0 / 500 })
  }

  @Test func anyPlaceIsReachedAtOnce() throws {
    let sources = [WeightedSource(uneven(), weight: 2), WeightedSource(uneven(), weight: 1)]
    for sampling in [Sampling.uniform, .balanced, .tracks(["memory.3": 5])] {
      let all = try draws(sources, sampling, count: 5_000)
      var generator = CounterGenerator(seed: 2)
      for _ in 0..<50 {
        let position = Int(generator.next(below: 5_000))
        let one = try draws(sources, sampling, count: 1, from: position)
        #expect(one[0].draw == all[position].draw && one[0].source == all[position].source)
      }
    }
  }

  @Test(arguments: [true, false])
  func balancedLabelsComeEquallyOftenAndInWholePasses(shuffle: Bool) throws {
    let source = uneven()
    let found = try draws([WeightedSource(source)], .balanced, shuffle: shuffle, count: 10_230)
    // 3 labels fill blocks of 1,023 exactly.
    var counts = [0, 0, 0]
    var passes: [[Int: Int]] = [[:], [:], [:]]
    let sizes = [14, 6, 22]
    for (position, (_, draw)) in found.enumerated() {
      let label = source.label(of: draw.sample)
      #expect(draw.pass == counts[label] / sizes[label])
      #expect(passes[label][draw.sample] ?? -1 == draw.pass - 1, "a sample came too early")
      passes[label][draw.sample] = draw.pass
      counts[label] += 1
      if (position + 1) % 1_023 == 0 { #expect(Set(counts).count == 1) }
    }
  }

  @Test func labelsComeByTheirWeights() throws {
    let source = uneven()
    let found = try draws(
      [WeightedSource(source)], .labels(["a": 0.2, "b": 0.5, "c": 0.3]), count: 20_000)
    var counts = [0, 0, 0]
    for (_, draw) in found { counts[source.label(of: draw.sample)] += 1 }
    for (count, share) in zip(counts, [0.2, 0.5, 0.3]) {
      #expect(abs(Double(count) - 20_000 * share) <= 1_024)
      #expect(abs(Double(count) / 20_000 - share) < 0.01)
    }
    // What isn't named weighs 1, a weight of 0 leaves out.
    let without = try draws([WeightedSource(source)], .labels(["b": 0]), count: 4_000)
    let labels = Set(without.map { source.label(of: $0.draw.sample) })
    #expect(labels == [0, 2])
  }

  @Test func sourcesComeByTheirWeightsAndLabelsWithin() throws {
    let small = uneven(name: "small")
    let large = MemorySource(
      tracks: (0..<300).map { $0 % 2 }, labels: ["b", "d"], name: "large")
    let list = [WeightedSource(small, weight: 3), WeightedSource(large, weight: 1)]
    let found = try draws(list, .uniform, count: 20_480)
    #expect(found.count { $0.source == 0 } == 15_360)
    let balanced = try draws(list, .balanced, count: 20_400)
    for label in 0..<3 {
      let count = balanced.count { $0.source == 0 && small.label(of: $0.draw.sample) == label }
      #expect(abs(count - 5_100) < 30)
    }
    for label in 0..<2 {
      let count = balanced.count { $0.source == 1 && large.label(of: $0.draw.sample) == label }
      #expect(abs(count - 2_550) < 30)
    }
    // Without weights every sample of both comes once.
    let plain = try draws(
      [WeightedSource(small), WeightedSource(large)], .uniform, count: 342)
    #expect(Set(plain.map { $0.source * 1_000 + $0.draw.sample }).count == 342)
  }

  @Test func tracksComeByTheirWeightsWithReplacement() throws {
    let source = MemorySource(tracks: Array(repeating: 0, count: 50), slices: 2)
    let found = try draws(
      [WeightedSource(source)], .tracks(["memory.7": 10, "memory.8": 0]), count: 58_000)
    var counts = [Int](repeating: 0, count: 50)
    for (_, draw) in found { counts[draw.sample / 2] += 1 }
    #expect(counts[8] == 0)
    #expect(abs(counts[7] - 10_000) < 500)
    for track in 0..<50 where track != 7 && track != 8 {
      #expect(abs(counts[track] - 1_000) < 180)
    }
    #expect(Set(found.map(\.draw.pass)).count == found.count)
  }

  @Test func weightsAsLargeAsTheyMayBeKeepTheirProportions() throws {
    let source = MemorySource(tracks: [0, 1, 0], slices: 20)
    let tracks = ["memory.0": 8e307, "memory.1": 0, "memory.2": 2e307]
    for list in [[WeightedSource(source)], [WeightedSource(source, weight: 1.5e308)]] {
      let found = try draws(list, .tracks(tracks), count: 10_000)
      var counts = [0, 0, 0]
      for (_, draw) in found { counts[draw.sample / 20] += 1 }
      #expect(counts[1] == 0)
      #expect(abs(counts[0] - 8_000) < 200)
      let labels = try draws(list, .labels(["a": 1e308, "b": 5e307]), count: 6_000)
      #expect(abs(labels.count { source.label(of: $0.draw.sample) == 0 } - 4_000) < 40)
    }
    let powers = [3, 0, 0.1, 1e-9].map { $0 * 0x1p1000 }
    #expect(Weights.scaled(powers) == [1.5, 0, 0.05, 5e-10])
    #expect(Weights.scaled([0x1p-1074]) == [1])
  }

  @Test func seedsDecideTheOrderOnlyWhereItIsShuffled() throws {
    let list = [WeightedSource(uneven())]
    for sampling in [Sampling.uniform, .balanced, .tracks([:])] {
      let one = try draws(list, sampling, seed: 1, count: 200).map(\.draw)
      let other = try draws(list, sampling, seed: 2, count: 200).map(\.draw)
      #expect(one != other)
    }
    let one = try draws(list, .balanced, shuffle: false, seed: 1, count: 200).map(\.draw)
    let other = try draws(list, .balanced, shuffle: false, seed: 2, count: 200).map(\.draw)
    #expect(one == other)
  }

  @Test func quotasKeepToTheirShares() throws {
    var generator = CounterGenerator(seed: 4)
    for _ in 0..<60 {
      let count = 1 + Int(generator.next(below: 12))
      let weights = (0..<count).map { _ in 0.02 + Double(generator.next(below: 1_000)) / 1_000 }
      let blocks = try #require(StratumBlocks(weights: weights))
      #expect(blocks.quotas.reduce(0, +) == blocks.length)
      let sum = weights.reduce(0, +)
      for (quota, weight) in zip(blocks.quotas, weights) {
        #expect(quota >= 1)
        let expected = weight / sum * Double(blocks.length)
        #expect(abs(Double(quota) - expected) <= 1)
      }
    }
    #expect(StratumBlocks(weights: [1, 1e-9]) == nil)
    let many = try #require(StratumBlocks(weights: Array(repeating: 1, count: 3_000)))
    #expect(Set(many.quotas).count == 1)
  }
}
