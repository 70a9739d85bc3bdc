import Corpus
import Testing

@testable import Preparation

/// Values are read before they are overwritten, in whichever way ids follow each other.
@Suite struct TakeoverOrderTests {
  @Test func everyOrderGivesWhatAllAtOnceWould() {
    var generator = CounterGenerator(seed: 5)
    for _ in 0..<2_000 {
      let count = 1 + Int(generator.next() % 8)
      let ids = (0..<12).map { UInt8($0) }.sorted { _, _ in generator.next() % 2 == 0 }
      let destinations = Array(ids.prefix(count))
      let sources = destinations.map { destination in
        var source = destination
        while source == destination { source = UInt8(generator.next() % 12) }
        return source
      }
      let before = (0..<12).map { 100 + $0 }
      var expected = before
      for (destination, source) in zip(destinations, sources) {
        expected[Int(destination)] = before[Int(source)]
      }
      var contents = before
      let groups = TakeoverOrder.groups(
        destinations: destinations.map { [$0] }, sources: sources.map { [$0] })
      #expect(groups.flatMap(\.self).sorted() == Array(0..<count))
      for group in groups {
        let read = group.map { contents[Int(sources[$0])] }
        for (step, value) in zip(group, read) { contents[Int(destinations[step])] = value }
      }
      #expect(contents == expected, "\(destinations) \(sources)")
    }
  }
}
