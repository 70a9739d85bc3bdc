import Glibc

/// Where an axis is marked, and how.
struct Ticks: Sendable, Hashable {
  /// Where the ticks are, ascending.
  let values: [Double]
  /// What stands at each.
  let labels: [String]
  /// What the axis shows: from the first to the last tick, or somewhat less.
  let range: ClosedRange<Double>

  /// Marks at multiples of 1, 2, 2.5 or 5 times a power of ten.
  ///
  /// - Parameters:
  ///   - range: what must be shown; one number is widened.
  ///   - count: about how many marks are wanted.
  ///   - limits: what must not be passed, such as 0...1 for shares.
  ///   - isWhole: whether only whole numbers have a meaning, such as epochs.
  ///   - unit: how a number is written: times this, with the text after it.
  init(
    _ range: ClosedRange<Double>, count: Int = 5, limits: ClosedRange<Double>? = nil,
    isWhole: Bool = false, unit: (factor: Double, suffix: String) = (1, "")
  ) {
    // The difference of two numbers must be one too.
    var (low, high) = (max(range.lowerBound, -1e307), min(range.upperBound, 1e307))
    (low, high) = (min(low, 1e307), max(high, -1e307))
    if high - low <= abs(high) * 1e-9 {
      let reach = isWhole ? 1 : low == 0 ? 0.5 : abs(low) * 0.1
      (low, high) = (low - reach, high + reach)
      if let limits {
        (low, high) = (max(low, limits.lowerBound), min(high, limits.upperBound))
      }
    }
    let step = Self.step((high - low) / Double(max(1, count)), isWhole: isWhole)
    // A little less than a step beyond the data's ends, unless that is forbidden.
    var first = (low / step + 1e-9).rounded(.down)
    var last = (high / step - 1e-9).rounded(.up)
    if let limits {
      first = max(first, (limits.lowerBound / step - 1e-9).rounded(.up))
      last = min(last, (limits.upperBound / step + 1e-9).rounded(.down))
    }
    let digits = Self.digits(step * unit.factor)
    let multiples = (0...Int(min(1_000, max(0, last - first)))).map { (first + Double($0)) * step }
    values = multiples
    labels = multiples.map { Self.text($0 * unit.factor, digits) + unit.suffix }
    self.range = min(low, multiples[0])...max(high, multiples[multiples.count - 1])
  }

  /// The smallest of 1, 2, 2.5, 5, 10 times a power of ten that is not below `wanted`.
  private static func step(_ wanted: Double, isWhole: Bool) -> Double {
    guard wanted.isFinite, wanted > 0 else { return 1 }
    let power = pow(10, log10(wanted).rounded(.down))
    let factors = isWhole ? [1.0, 2, 5, 10] : [1, 2, 2.5, 5, 10]
    let step = (factors.first { $0 * power >= wanted * (1 - 1e-9) } ?? 10) * power
    return isWhole ? max(1, step) : step
  }

  /// How many digits after the point tell multiples of a step apart.
  private static func digits(_ step: Double) -> Int {
    var digits = 0
    var rest = step
    while digits < 6, abs(rest - rest.rounded()) > 1e-6 * max(1, rest) {
      rest *= 10
      digits += 1
    }
    return digits
  }

  private static func text(_ value: Double, _ digits: Int) -> String {
    abs(value) >= 1e6 ? Numbers.short(value) : Numbers.fixed(value, digits)
  }
}
