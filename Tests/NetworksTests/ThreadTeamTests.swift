import Synchronization
import Testing

@testable import Networks

/// A team calls its body for every part, once, and has ended when it returns.
@Suite("Thread teams")
struct ThreadTeamTests {
  @Test("Every part once, thousands of times", arguments: [1, 2, 3, 8])
  func everyPartOnce(_ threads: Int) throws {
    let team = try ThreadTeam(count: threads)
    for round in 0..<3_000 {
      let parts = round % 13
      let counts = (0..<13).map { _ in Counter() }
      team.run(parts) { counts[$0].value.add(1, ordering: .relaxed) }
      for (part, count) in counts.enumerated() {
        let expected = part < parts ? 1 : 0
        guard count.value.load(ordering: .relaxed) == expected else {
          Issue.record("part \(part) of \(parts) in round \(round)")
          return
        }
      }
    }
  }

  @Test("Stretches cover everything without an overlap")
  func stretches() throws {
    let team = try ThreadTeam(count: 3)
    for count in [0, 1, 2, 3, 7, 100] {
      for least in [1, 2, 50] {
        let seen = Mutex([Int](repeating: 0, count: count))
        team.divide(count, atLeast: least) { range in
          seen.withLock { for index in range { $0[index] += 1 } }
        }
        #expect(seen.withLock { $0.allSatisfy { $0 == 1 } }, "\(count) at least \(least)")
      }
    }
  }

  @Test("Teams end, also those that never worked")
  func ending() throws {
    for round in 0..<200 {
      let team = try ThreadTeam(count: 4)
      if round % 2 == 0 { team.run(4) { _ in } }
    }
  }

  private final class Counter: Sendable {
    let value = Atomic(0)
  }
}
