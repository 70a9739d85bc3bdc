/// Elementary functions from additions and multiplications alone.
///
/// The C library picks its variants by the processor, with and without fused multiply-add, so that
/// their last bits differ between machines; these give the same everywhere, right to a few 1e-16.
enum Elementary {
  static let ten = logarithm(10)

  /// e^x; 0 below −745, for x up to 709.
  static func exponential(_ x: Double) -> Double {
    guard x > -745 else { return 0 }
    let power = (x * 1.4426950408889634).rounded()
    // log 2 in two parts, of which the first has zeros at its end: its products are exact.
    let rest = (x - power * 0x1.62e42feep-1) - power * 0x1.a39ef35793c76p-33
    var sum = 1.0
    for order in stride(from: 15.0, through: 1, by: -1) { sum = 1 + sum * rest / order }
    return Double(sign: .plus, exponent: Int(power), significand: sum)
  }

  /// The natural logarithm of a finite x above 0.
  static func logarithm(_ x: Double) -> Double {
    var power = Double(x.exponent)
    var fraction = x.significand
    if fraction > 1.4142135623730951 {
      fraction *= 0.5
      power += 1
    }
    let s = (fraction - 1) / (fraction + 1)
    var sum = 0.0
    for order in stride(from: 23.0, through: 3, by: -2) { sum = (sum + 1 / order) * s * s }
    return power * 0x1.62e42feep-1 + (2 * s + (2 * s * sum + power * 0x1.a39ef35793c76p-33))
  }

  /// The cosine of an angle in turns.
  static func cosine(turns: Double) -> Double { sine(turns: turns + 0.25) }

  /// The sine of an angle in turns.
  static func sine(turns: Double) -> Double {
    let quarter = (turns * 4).rounded()
    let x = (turns - quarter * 0.25) * 6.283185307179586
    var (odd, even) = (1.0, 1.0)
    for order in stride(from: 18.0, through: 2, by: -2) {
      odd = 1 - odd * x * x / (order * (order + 1))
      even = 1 - even * x * x / (order * (order - 1))
    }
    odd *= x
    return switch Int(quarter) & 3 {
    case 0: odd
    case 1: even
    case 2: -odd
    default: -even
    }
  }

  /// The factor of an amplitude that so many decibels make.
  static func amplitude(decibels: Double) -> Double { exponential(decibels * ten / 20) }
}
