/// The interval of a share that was counted.
public enum WilsonInterval {
  /// The 97.5 % point of the standard normal distribution.
  private static let quantile = 1.959963984540054

  /// The Wilson score interval at 95 % of `successes` among `trials`; [0, 1] for no trials.
  ///
  /// With p = successes / n and z the 97.5 % point: (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) /
  /// (1 + z²/n). It stays within [0, 1] and keeps its level for few trials and for shares near 0
  /// and 1, where the usual p ± 1.96 √(p(1−p)/n) does not. Wilson, J. Am. Stat. Assoc. 22
  /// (1927); `statsmodels.stats.proportion.proportion_confint(method="wilson")`.
  ///
  /// - Parameters:
  ///   - successes: 0 up to `trials`; what is outside counts as the nearest end.
  ///   - trials: independent ones, such as tracks; slices of one track are not independent.
  public static func bounds(successes: Int, trials: Int) -> ClosedRange<Double> {
    if trials <= 0 { return 0...1 }
    let count = Double(trials)
    let share = Double(min(max(successes, 0), trials)) / count
    let square = quantile * quantile
    let centre = share + square / (2 * count)
    let variance = share * (1 - share) / count + square / (4 * count * count)
    let reach = quantile * variance.squareRoot()
    let scale = 1 + square / count
    // The ends of a share of 0 or 1 are exact but for rounding.
    let low = successes <= 0 ? 0 : max(0, (centre - reach) / scale)
    let high = successes >= trials ? 1 : min(1, (centre + reach) / scale)
    return low...high
  }
}
