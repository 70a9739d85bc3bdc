import Foundation

/// Impulse responses of gammatone filters, the usual model of what a point of the cochlea responds
/// to:
///
///     h(t) = t³ exp(−2π · 1.019 · ERB(f) · t) cos(2π f t)
///     ERB(f) = 24.7 (4.37 f / 1000 + 1), the equivalent rectangular bandwidth in Hz
///
/// of order 4 after Patterson, Robinson, Holdsworth, McKeown, Zhang and Allerhand, "Complex Sounds
/// and Auditory Images", 1992; bandwidths of Glasberg and Moore, "Derivation of Auditory Filter
/// Shapes from Notched-Noise Data", Hearing Research 47, 1990. Centre frequencies are equally
/// spaced on their ERB-rate scale, 21.4 log₁₀(1 + 0.00437 f).
///
/// A response is cut off where the kernel ends. Its envelope is largest at 3 / (2π · 1.019 ·
/// ERB(f)): after 0.4 ms at 10 kHz, 1.5 ms at 2.6 kHz, 13 ms at 100 Hz. So with 64 taps at 22,050
/// Hz (2.9 ms) filters from about 2.6 kHz up are whole for the most part, while those below are
/// their responses' beginnings, whose pass bands are as wide as 2.9 ms allow, some 340 Hz, and
/// reach down to 0 Hz. With kernels of 512 taps (23 ms) those from 150 Hz on have passed their
/// largest. Whatever is left has unit energy.
struct GammatoneBank: Hashable {
  /// How many filters there are.
  var count = 16
  /// Taps of a filter.
  var taps = 64
  /// Samples a second.
  var rate = 22_050.0
  /// The lowest centre frequency in Hz.
  var lowest = 100.0
  /// The highest in Hz; below half the rate.
  var highest = 10_000.0

  /// The centre frequencies in Hz, rising.
  var frequencies: [Double] {
    let (low, high) = (Self.erbRate(lowest), Self.erbRate(highest))
    return (0..<count).map { index in
      let share = count > 1 ? Double(index) / Double(count - 1) : 0
      return (pow(10, (low + share * (high - low)) / 21.4) - 1) / 0.00437
    }
  }

  /// The responses backwards, one filter after the other: a convolution of a network multiplies its
  /// first tap with the earliest sample.
  var kernels: [Float] { frequencies.flatMap { kernel(frequency: $0) } }

  /// The equivalent rectangular bandwidth in Hz.
  static func bandwidth(_ frequency: Double) -> Double { 24.7 * (0.00437 * frequency + 1) }

  private static func erbRate(_ frequency: Double) -> Double {
    21.4 * log10(1 + 0.00437 * frequency)
  }

  private func kernel(frequency: Double) -> [Float] {
    let decay = 2 * Double.pi * 1.019 * Self.bandwidth(frequency)
    // At time 0 the response is 0.
    let response = (1...taps).map { tap -> Double in
      let time = Double(tap) / rate
      return pow(time, 3) * exp(-decay * time) * cos(2 * .pi * frequency * time)
    }
    let energy = response.reduce(0) { $0 + $1 * $1 }
    return response.reversed().map { Float($0 / energy.squareRoot()) }
  }
}
