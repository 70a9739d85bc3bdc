import Testing

@testable import Service

/// The first points of a map show the whole.
@Suite struct OverviewOrderTests {
  /// A cloud of 5,000 points of a common label, 40 of a rare one in a corner of it, and one far off.
  private static let cloud: (xs: [Double], ys: [Double], labels: [Int32]) = {
    var state: UInt64 = 7
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40) / Double(1 << 24)
    }
    var (xs, ys, labels) = ([Double](), [Double](), [Int32]())
    for _ in 0..<5_000 {
      xs.append(next() * next() * 10)
      ys.append(next() * 10)
      labels.append(0)
    }
    for _ in 0..<40 {
      xs.append(next())
      ys.append(next())
      labels.append(1)
    }
    xs.append(60)
    ys.append(55)
    labels.append(0)
    return (xs, ys, labels)
  }()

  private let order = OverviewOrder(
    xs: Self.cloud.xs, ys: Self.cloud.ys, labels: Self.cloud.labels
  ).points.map(Int.init)

  @Test func everyPointStandsInItOnce() {
    #expect(order.sorted() == Array(Self.cloud.labels.indices))
    let again = OverviewOrder(xs: Self.cloud.xs, ys: Self.cloud.ys, labels: Self.cloud.labels)
    #expect(again.points.map(Int.init) == order)
  }

  @Test func whatLiesByItselfComesEarly() throws {
    #expect(try #require(order.firstIndex(of: 5_040)) < 10)
  }

  @Test func aRareLabelIsThereAsAWholeBeforeACommonOneIs() {
    // The square roots of 5,001 and 40: of 500 points 459 and 41.
    let first = order.prefix(500)
    #expect(first.filter { Self.cloud.labels[$0] == 1 }.count == 40)
  }

  @Test func whatIsDenseLooksDense() {
    // Half as far to the right there are 1.4 times as many points or more.
    let common = order.prefix(500).filter { Self.cloud.labels[$0] == 0 && $0 < 5_000 }
    let (near, far) = (
      common.filter { Self.cloud.xs[$0] < 2.5 }.count,
      common.filter { Self.cloud.xs[$0] >= 2.5 && Self.cloud.xs[$0] < 5 }.count
    )
    #expect(Double(near) > 1.2 * Double(far))
    // And all of the plane that has points is shown: no tenth of it is empty.
    for tenth in 0..<10 {
      let low = Double(tenth)
      #expect(common.contains { Self.cloud.ys[$0] >= low && Self.cloud.ys[$0] < low + 1 })
    }
  }

  @Test func pointsOfOnePlaceAndNoneAreOrderedToo() {
    #expect(OverviewOrder(xs: [], ys: [], labels: []).points.isEmpty)
    let same = OverviewOrder(xs: [1, 1, 1], ys: [2, 2, 2], labels: [0, 0, 1]).points
    #expect(Set(same) == [0, 1, 2])
  }
}
