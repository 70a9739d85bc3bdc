import Corpus
import Testing

@testable import DataLoading

@Suite struct PermutationTests {
  @Test func everySmallCountIsABijection() {
    for count in 1...2_000 {
      let permutation = Permutation(count: count, seed: 11, stream: UInt64(count))
      var seen = [Bool](repeating: false, count: count)
      for number in 0..<count { seen[permutation[number]] = true }
      #expect(!seen.contains(false), "\(count)")
    }
  }

  /// What a network did is undone round by round; the walk comes back to where it began.
  private func origin(of number: Int, _ permutation: Permutation) -> Int {
    var value = UInt64(number)
    repeat {
      var low = value & (1 << permutation.lowBits - 1)
      var high = value >> permutation.lowBits
      for round in (0..<Permutation.rounds / 2).reversed() {
        low ^= permutation.hashed(high, round: 2 * round + 1, bits: permutation.lowBits)
        high ^= permutation.hashed(low, round: 2 * round, bits: permutation.highBits)
      }
      value = high << permutation.lowBits | low
    } while value >= UInt64(permutation.count)
    return Int(value)
  }

  @Test(arguments: [1 << 16, (1 << 31) + 11, (1 << 48) - 59])
  func largeCountsAreUndone(count: Int) {
    let permutation = Permutation(count: count, seed: 3, stream: 4)
    var generator = CounterGenerator(seed: 1)
    var images: Set<Int> = []
    var numbers: Set<Int> = []
    for _ in 0..<5_000 {
      let number = Int(generator.next(below: UInt64(count)))
      let image = permutation[number]
      #expect((0..<count).contains(image))
      #expect(origin(of: image, permutation) == number)
      numbers.insert(number)
      images.insert(image)
    }
    #expect(images.count == numbers.count)
    // Spread over the whole range: each quarter has its share.
    for quarter in 0..<4 {
      let part = images.count { $0 / (count / 4 + 1) == quarter }
      #expect(abs(Double(part) / Double(images.count) - 0.25) < 0.04)
    }
  }

  @Test func seedsAndStreamsGiveOtherOrders() {
    func order(_ count: Int, seed: UInt64, stream: UInt64) -> [Int] {
      let permutation = Permutation(count: count, seed: seed, stream: stream)
      return (0..<count).map { permutation[$0] }
    }
    for count in [50, 1_000] {
      let orders = [(1, 1), (1, 2), (2, 1), (2, 2)].map { order(count, seed: $0.0, stream: $0.1) }
      #expect(Set(orders).count == 4)
      #expect(order(count, seed: 1, stream: 1) == orders[0])
    }
  }

  /// Computed by this code when it was written: a saved state is a position in this very order.
  @Test func ordersArePinned() {
    let small = Permutation(count: 10, seed: 1, stream: 2)
    #expect((0..<10).map { small[$0] } == [3, 7, 4, 1, 9, 2, 8, 6, 0, 5])
    let large = Permutation(count: 9_990, seed: 1, stream: 2)
    #expect((0..<8).map { large[$0] } == [1533, 8976, 598, 1523, 1105, 9386, 8279, 8421])
    let huge = Permutation(count: 1 << 40, seed: 1, stream: 2)
    #expect((0..<3).map { huge[$0] } == [683913983504, 639049738443, 90818105836])
  }

  /// All orders of few numbers come equally often. The bound is far above what chance gives, and
  /// far below what a network of rounds alone gives on so few bits.
  @Test(arguments: [3, 4, 5])
  func ordersOfFewNumbersComeEquallyOften(count: Int) {
    var counts: [[Int]: Int] = [:]
    let orders = (1...count).reduce(1, *)
    let trials = orders * 100
    for trial in 0..<trials {
      let permutation = Permutation(count: count, seed: 5, stream: UInt64(trial))
      counts[(0..<count).map { permutation[$0] }, default: 0] += 1
    }
    #expect(counts.count == orders)
    let deviation = counts.values.reduce(0.0) { $0 + Double(($1 - 100) * ($1 - 100)) / 100 }
    #expect(deviation / Double(orders - 1) < 3)
  }

  @Test(arguments: [257, 300, 1_000])
  func neighboursLandIndependently(count: Int) {
    // How far apart neighbours land, over many orders, in 32 classes; and their correlation.
    var classes = [Double](repeating: 0, count: 32)
    var correlation = 0.0
    let mean = Double(count - 1) / 2
    let variance = Double(count * count - 1) / 12
    let orders = 60
    for order in 0..<orders {
      let permutation = Permutation(count: count, seed: 8, stream: UInt64(order))
      for number in 0..<count - 1 {
        let (one, other) = (permutation[number], permutation[number + 1])
        classes[(other - one + count) % count * 32 / count] += 1
        correlation += (Double(one) - mean) * (Double(other) - mean) / variance
      }
    }
    let pairs = Double(orders * (count - 1))
    #expect(abs(correlation / pairs.squareRoot()) < 5)
    // Class 0 lacks the distance 0, and classes hold unequal numbers of distances: expect by count.
    var deviation = 0.0
    for (number, found) in classes.enumerated() {
      let distances = (1..<count).count { $0 * 32 / count == number }
      let expected = pairs * Double(distances) / Double(count - 1)
      deviation += (found - expected) * (found - expected) / expected
    }
    #expect(deviation / 31 < 3)
  }
}
