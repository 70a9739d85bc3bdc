import Wording

/// Numbers as reports and figures print them.
enum Numbers {
  /// A number with this many digits after the point; "–" for NaN.
  static func fixed(_ value: Double, _ digits: Int) -> String {
    printed(Words.fixed(value, digits))
  }

  /// A share in percent, such as "81.6 %".
  static func percent(_ share: Double, _ digits: Int = 1) -> String {
    "\(fixed(share * 100, digits)) %"
  }

  /// A whole number with its thousands set apart, such as "388,378".
  static func grouped(_ number: Int) -> String { printed(Words.count(number)) }

  /// A number of three or so significant digits, such as "0.0123", "1.53", "47,100".
  static func short(_ value: Double) -> String {
    let size = abs(value)
    guard value.isFinite, size != 0 else { return value == 0 ? "0" : fixed(value, 0) }
    if size >= 1e6 || size < 1e-4 { return exponential(value) }
    if size >= 1_000 { return grouped(Int(value.rounded())) }
    return fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4)
  }

  private static func exponential(_ value: Double) -> String {
    var exponent = 0
    var rest = abs(value)
    while rest >= 9.995, exponent < 400 { (rest, exponent) = (rest / 10, exponent + 1) }
    while rest < 0.9995, exponent > -400 { (rest, exponent) = (rest * 10, exponent - 1) }
    return "\(value < 0 ? "−" : "")\(fixed(rest, 2))e\(exponent)"
  }

  /// A number with the sign that is as wide as a digit in print.
  private static func printed(_ number: String) -> String {
    number.hasPrefix("-") ? "−" + number.dropFirst() : number
  }
}
