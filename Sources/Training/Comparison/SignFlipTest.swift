import Glibc

/// How probable a difference at least as large is where both classifiers are equally good: McNemar's
/// exact test, and its generalisation to tracks that are tested several times.
///
/// Of each track counts dᵢ, how often the first was right less how often the second was. Where
/// neither is better, dᵢ might as well have had the other sign, each track on its own. The p-value is
/// the share of all 2ⁿ choices of signs whose |Σ ± dᵢ| is at least |Σ dᵢ|, which is computed exactly
/// (by convolution), not drawn. With one test a track dᵢ is −1, 0 or 1, and it is the two-sided exact
/// test of McNemar (Psychometrika 12, 1947): `statsmodels.stats.contingency_tables.mcnemar(exact=True)`.
/// In general it equals `scipy.stats.permutation_test(permutation_type="samples")`.
public enum SignFlipTest {
  /// Beyond so many additions the normal distribution with the same variance is taken.
  private static let mostAdditions = 200_000_000

  /// The two-sided p-value, above 0 and at most 1; nil where the classifiers were not tested equally
  /// often on each track.
  public static func pValue(_ pairs: PairedTracks) -> Double? {
    guard pairs.tracks.allSatisfy({ $0.firstTests == $0.secondTests }) else { return nil }
    return pValue(of: pairs.tracks.map { $0.firstRight - $0.secondRight })
  }

  /// The two-sided p-value of differences.
  static func pValue(of differences: [Int]) -> Double {
    let sum = abs(differences.reduce(0, +))
    let sizes = differences.map(abs).filter { $0 > 0 }
    if sum == 0 { return 1 }
    let reach = sizes.reduce(0, +)
    guard reach * sizes.count <= mostAdditions else {
      let variance = sizes.reduce(0.0) { $0 + Double($1) * Double($1) }
      return max(.leastNormalMagnitude, erfc(Double(sum) / (2 * variance).squareRoot()))
    }
    // chances[reach + s]: of the sum s.
    var chances = [Double](repeating: 0, count: 2 * reach + 1)
    chances[reach] = 1
    var extent = 0
    for size in sizes {
      var next = [Double](repeating: 0, count: chances.count)
      for index in (reach - extent)...(reach + extent) where chances[index] > 0 {
        next[index - size] += chances[index] / 2
        next[index + size] += chances[index] / 2
      }
      extent += size
      chances = next
    }
    // The distribution is symmetric: twice the upper end.
    return min(1, 2 * chances[(reach + sum)...].reduce(0, +))
  }
}

/// P-values of several comparisons, raised so that the chance of any false one among them stays what
/// each of them says: Holm, Scand. J. Statist. 6 (1979); `statsmodels`' `multipletests(method="holm")`.
public enum HolmCorrection {
  /// The corrected values, in the order of the given ones.
  public static func corrected(_ values: [Double]) -> [Double] {
    var corrected = values
    var highest = 0.0
    for (rank, index) in values.indices.sorted(by: { values[$0] < values[$1] }).enumerated() {
      highest = max(highest, min(1, values[index] * Double(values.count - rank)))
      corrected[index] = highest
    }
    return corrected
  }
}
