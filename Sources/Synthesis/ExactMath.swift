// Not for its functions' results: `rounded` and `squareRoot` are calls of libm where the processor
// has no instruction for them, and this import is what links it.
import Glibc

/// Elementary functions made of additions and multiplications only. The C library's `sin` and `exp`
/// differ in the last bit between versions and between processors (it picks a variant with fused
/// multiply-add at run time); these give the same bits everywhere, and with them the same samples.
enum ExactMath {
  static let pi = 3.141592653589793

  /// The sine of 2π·turns. Taylor series to the 17th power on a quarter turn: error below 1e-13.
  static func sine(turns: Double) -> Double {
    var fraction = turns - turns.rounded(.down)
    var sign = 1.0
    if fraction >= 0.5 {
      fraction -= 0.5
      sign = -1
    }
    if fraction > 0.25 { fraction = 0.5 - fraction }
    let angle = 2 * pi * fraction
    let square = angle * angle
    var term = angle
    var sum = angle
    for power in stride(from: 3, through: 19, by: 2) {
      term *= -square / Double(power * (power - 1))
      sum += term
    }
    return sign * sum
  }

  static func cosine(turns: Double) -> Double {
    sine(turns: turns + 0.25)
  }

  /// e to the power x: 2^k times a Taylor series on ±0.35; error below 1e-15, relative.
  static func exponential(_ exponent: Double) -> Double {
    let clamped = min(max(exponent, -700), 700)
    let powersOfTwo = (clamped / 0.6931471805599453).rounded()
    let rest = clamped - powersOfTwo * 0.6931471805599453
    var term = 1.0
    var sum = 1.0
    for index in 1...16 {
      term *= rest / Double(index)
      sum += term
    }
    return sum * Double(sign: .plus, exponent: Int(powersOfTwo), significand: 1)
  }

  static func gain(decibels: Double) -> Double {
    exponential(decibels * 0.11512925464970229)  // ln(10) / 20
  }

  /// Hz of a MIDI pitch (69 is 440 Hz), equal temperament; fractions are cents / 100.
  static func frequency(pitch: Double) -> Double {
    440 * exponential((pitch - 69) * 0.057762265046662105)  // ln(2) / 12
  }

  /// What a value is multiplied by at each sample to fall to 1/e in `seconds`.
  static func decay(seconds: Double, sampleRate: Double) -> Float {
    Float(exponential(-1 / max(seconds * sampleRate, 1)))
  }
}
