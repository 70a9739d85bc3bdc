import Corpus

/// Seeded choices for tests that damage files.
struct Mutation {
  private var generator: CounterGenerator

  init(seed: UInt64) { generator = CounterGenerator(seed: seed, stream: "mutation") }

  /// A number from 0 up to but not including `bound`.
  mutating func below(_ bound: Int) -> Int { Int(generator.next(below: UInt64(bound))) }
}
