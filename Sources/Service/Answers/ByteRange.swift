/// Which bytes of an answer are asked for (RFC 9110, 14).
enum ByteRange: Equatable, Sendable {
  /// All of them: nothing is asked for, or in a way that may be passed over.
  case whole
  /// These.
  case part(Range<Int>)
  /// None that there are.
  case beyond

  /// Reads the header `Range`. Several ranges, other units and what is not well formed are passed
  /// over, as the standard allows.
  init(_ header: String?, of length: Int) {
    guard let header, header.hasPrefix("bytes="), !header.contains(",") else {
      self = .whole
      return
    }
    let sides = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    func number(_ text: Substring) -> Int? {
      guard !text.isEmpty, text.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
      // What is beyond counting is beyond the end.
      return Int(text) ?? .max
    }
    guard sides.count == 2 else {
      self = .whole
      return
    }
    switch (number(sides[0]), number(sides[1])) {
    case (let first?, let last?) where first <= last:
      self = first < length ? .part(first..<min(length, last == .max ? length : last + 1)) : .beyond
    case (let first?, nil) where sides[1].isEmpty:
      self = first < length ? .part(first..<length) : .beyond
    case (nil, let count?) where sides[0].isEmpty:
      self = count > 0 && length > 0 ? .part(max(0, length - count)..<length) : .beyond
    default: self = .whole
    }
  }
}
