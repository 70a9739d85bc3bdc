import Wording

/// How often times fall between some bounds.
struct Histogram: Sendable {
  /// Seconds.
  static let bounds = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]

  /// How many lie above the bound before and not above each bound.
  private(set) var counts = [Int](repeating: 0, count: Histogram.bounds.count)
  private(set) var count = 0
  private(set) var sum = 0.0

  /// Adds one.
  mutating func add(_ seconds: Double) {
    count += 1
    sum += seconds
    if let index = Self.bounds.firstIndex(where: { seconds <= $0 }) { counts[index] += 1 }
  }
}

extension PrometheusText {
  /// A histogram: how many are at most each bound, their sum and their number.
  mutating func histogram(_ name: String, _ labels: [(String, String)], _ histogram: Histogram) {
    var sum = 0
    for (bound, count) in zip(Histogram.bounds, histogram.counts) {
      sum += count
      sample("\(name)_bucket", labels + [("le", Self.number(bound))], Double(sum))
    }
    sample("\(name)_bucket", labels + [("le", "+Inf")], Double(histogram.count))
    sample("\(name)_sum", labels, histogram.sum)
    sample("\(name)_count", labels, Double(histogram.count))
  }
}
