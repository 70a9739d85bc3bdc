/// The weights by which a signal is read faster or slower: sixteen taps of a sinc in a Kaiser
/// window.
///
/// A factor is a fraction step / phases, so outputs lie at so many positions between two inputs and no
/// others, and the weights of each are kept. Above 1 the sinc is as much wider, which takes out
/// what would alias. The weights of a position add up to 1.
///
/// Of a tone below 0.35 of the sample rate, divided by the factor where that is above 1, everything
/// but the tone itself lies 68 dB or more below it, and its level changes by less than 0.1 dB up
/// to 0.35 (0.2 at a factor of 1.5). Nearer to half the rate sixteen taps cannot tell it from its
/// image: at 0.4 that lies 39 dB below, at 0.49 hardly.
struct SpeedTables: ~Copyable, Sendable {
  static let taps = 16
  /// Inputs before the one at or below an output's position.
  static let before = 7
  /// Of the Kaiser window.
  static let shape = 6.0

  /// A factor as a fraction in lowest terms, and where its weights lie.
  struct Rate: Sendable {
    let step: Int
    let phases: Int
    let offset: Int
  }

  let rates: [Rate]
  let weights: SampleWriterScratch

  /// Tables of factors that are multiples of 0.001.
  init(factors: [Double]) {
    var rates: [Rate] = []
    var offset = 0
    for factor in factors {
      let thousandths = Int((factor * 1_000).rounded())
      let divisor = Self.greatestCommonDivisor(thousandths, 1_000)
      let rate = Rate(step: thousandths / divisor, phases: 1_000 / divisor, offset: offset)
      rates.append(rate)
      offset += rate.phases * Self.taps
    }
    self.rates = rates
    weights = SampleWriterScratch(count: offset)
    for rate in rates {
      let cutoff = min(1, Double(rate.phases) / Double(rate.step))
      for phase in 0..<rate.phases {
        let row = Self.weights(at: Double(phase) / Double(rate.phases), cutoff: cutoff)
        let first = rate.offset + phase * Self.taps
        for tap in row.indices { unsafe weights.floats[first + tap] = Float(row[tap]) }
      }
    }
  }

  /// The weights of an output that lies `fraction` of the way from one input to the next.
  static func weights(at fraction: Double, cutoff: Double) -> [Double] {
    let half = Double(taps / 2)
    let weights = (0..<taps).map { tap in
      let distance = Double(tap - before) - fraction
      let window = 1 - distance * distance / (half * half)
      let x = distance * cutoff
      let sinc = x == 0 ? 1 : Elementary.sine(turns: x / 2) / (.pi * x)
      return window < 0 ? 0 : sinc * bessel(shape * window.squareRoot())
    }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  /// The modified Bessel function of the first kind of order 0, by its series.
  private static func bessel(_ x: Double) -> Double {
    var (sum, term) = (1.0, 1.0)
    for order in 1...30 {
      term *= x * x / Double(4 * order * order)
      sum += term
    }
    return sum
  }

  private static func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
    var (a, b) = (first, second)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }
}
