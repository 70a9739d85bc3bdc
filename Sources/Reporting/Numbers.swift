/// Numbers as people read them.
enum Numbers {
  /// A number with so many digits after the point; "–" for what is no number.
  static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "–" : value < 0 ? "−∞" : "∞" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = (abs(value) * scale).rounded(.toNearestOrEven)
    guard scaled < 1e15 else { return "\(value)" }
    let number = Int64(scaled)
    let text = String(number)
    let sign = value < 0 && number > 0 ? "−" : ""
    if digits == 0 { return sign + text }
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
  }

  /// A share in percent, such as "81.6 %".
  static func percent(_ share: Double, _ digits: Int = 1) -> String {
    "\(fixed(share * 100, digits)) %"
  }

  /// A whole number with its thousands set apart, such as "388,378".
  static func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "−" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return text
  }

  /// A duration, such as "0.4 s", "12 s", "3 min 20 s", "2 h 5 min".
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "–" }
    if seconds < 9.95 { return "\(fixed(seconds, 1)) s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3_600 { return "\(whole / 60) min \(whole % 60) s" }
    let minutes = (whole + 30) / 60
    return "\(minutes / 60) h \(minutes % 60) min"
  }

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
}
