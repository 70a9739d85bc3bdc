/// Numbers as a person reads them.
extension Words {
  /// `1.3 GB`, `512 KB`; powers of 1,000.
  package static func bytes(_ count: Int) -> String {
    var value = Double(count)
    for unit in ["B", "KB", "MB", "GB"] {
      if value < 999.5 { return unit == "B" ? "\(count) B" : fixed(value, 1) + " " + unit }
      value /= 1_000
    }
    return fixed(value, 1) + " TB"
  }

  /// `4.2 s`, `3 min 20 s`, `2 h 5 min`; `–` where it is not finite.
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, abs(seconds) < 1e15 else { return "–" }
    if seconds < 99.95 { return fixed(seconds, 1) + " s" }
    let whole = Int(seconds.rounded())
    if whole < 3_600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3_600) h \(whole % 3_600 / 60) min"
  }

  /// A number with so many decimals; `–` for NaN.
  package static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "–" : value < 0 ? "-∞" : "∞" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (abs(value) * scale).rounded(.toNearestOrEven)
    guard scaled < 1e15 else { return "\(value)" }
    let number = Int64(scaled)
    let text = String(number)
    let sign = value < 0 && number > 0 ? "-" : ""
    if decimals == 0 { return sign + text }
    let padded = String(repeating: "0", count: max(0, decimals + 1 - text.count)) + text
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  /// `12,345`.
  package static func count(_ number: Int) -> String {
    var digits = Array(String(number.magnitude))
    var end = digits.count - 3
    while end > 0 {
      digits.insert(",", at: end)
      end -= 3
    }
    return (number < 0 ? "-" : "") + String(digits)
  }

  /// `1 track`, `2,000 tracks`.
  package static func tracks(_ number: Int) -> String { counted(number, "track") }

  /// `1 problem`, `2,000 problems`; the plural where an s doesn't make it.
  package static func counted(
    _ number: some BinaryInteger, _ one: String, _ many: String? = nil
  ) -> String {
    "\(count(Int(clamping: number))) \(number == 1 ? one : many ?? one + "s")"
  }
}
