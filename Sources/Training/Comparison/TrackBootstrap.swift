import Corpus

/// The interval of a difference of accuracies, by drawing tracks anew (Efron, Ann. Statist. 7, 1979).
///
/// As many tracks as there are are drawn with replacement, each with all its tests, and the
/// difference is computed of them; the interval lies between the 2.5th and the 97.5th percentile of
/// many such differences, linear between neighbours: `scipy.stats.bootstrap(method="percentile")`,
/// paired. It says how far the difference owes to which tracks are tested; seeds and training sets
/// are those that were run.
public struct TrackBootstrap: Sendable {
  /// How often tracks are drawn anew; nil for 10,000, less of very many tracks.
  public var resamples: Int?
  /// The seed: the same tracks have the same interval each time.
  public var seed: UInt64 = 1

  /// The usual number of resamples.
  public init() {}

  /// The interval at 95 % of ``PairedTracks/difference``.
  public func interval(_ pairs: PairedTracks) -> ClosedRange<Double> {
    let tracks = pairs.tracks
    let times = resamples ?? min(10_000, max(1_000, 20_000_000 / max(1, tracks.count)))
    var generator = CounterGenerator(seed: seed, stream: "bootstrap")
    var differences: [Double] = []
    differences.reserveCapacity(times)
    for _ in 0..<max(1, times) {
      var sums = PairedTracks.Track()
      for _ in tracks.indices {
        sums.add(tracks[Int(generator.next(below: UInt64(tracks.count)))])
      }
      // Tracks that one of the two was never tested on say nothing of a difference.
      if sums.firstTests > 0, sums.secondTests > 0 {
        differences.append(PairedTracks.difference(sums))
      }
    }
    differences.sort()
    let low = Self.quantile(differences, 0.025)
    return low...max(low, Self.quantile(differences, 0.975))
  }

  /// A quantile of sorted numbers, linear between them (`numpy.quantile`); 0 of none.
  static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    guard let last = sorted.indices.last else { return 0 }
    let position = share * Double(last)
    let low = min(last, Int(position))
    let rest = position - Double(low)
    return rest == 0 ? sorted[low] : sorted[low] + rest * (sorted[min(last, low + 1)] - sorted[low])
  }
}
