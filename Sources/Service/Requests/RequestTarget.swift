import HTTPTypes

/// The path and query of a request, taken apart and decoded.
struct RequestTarget: Sendable {
  /// The parts of the path between slashes, decoded each for itself, so that `%2F` stays in one.
  let path: [String]
  private let text: String
  private let most: Int

  /// Takes the path of a target apart.
  /// - Throws: ``Problem`` 400 for what is not well formed: a wrong percent sign, bytes that are no
  ///   UTF-8, control characters; 414 for one that is too long.
  init(_ text: String, most: Int) throws(Problem) {
    self.text = text
    self.most = most
    let whole = text.utf8.prefix { $0 != UInt8(ascii: "?") }
    try Self.check(whole.count, most)
    guard whole.first == UInt8(ascii: "/") else {
      throw Problem(.badRequest, "request", "the path does not begin with a slash")
    }
    var path: [String] = []
    for part in whole.dropFirst().split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    {
      path.append(try Self.decoded(part, plusIsSpace: false))
    }
    if path.last == "" { path.removeLast() }
    self.path = path
  }

  /// The fields of the query in their order.
  /// - Throws: as ``init(_:most:)``; 414 where path and query together are too long.
  func query() throws(Problem) -> [(name: String, value: String)] {
    try Self.check(text.utf8.count, most)
    guard let start = text.utf8.firstIndex(of: UInt8(ascii: "?")) else { return [] }
    var query: [(name: String, value: String)] = []
    for field in text.utf8[start...].dropFirst().split(separator: UInt8(ascii: "&")) {
      let sides = field.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let name = try Self.decoded(sides[0], plusIsSpace: true)
      query.append((name, sides.count > 1 ? try Self.decoded(sides[1], plusIsSpace: true) : ""))
    }
    return query
  }

  private static func check(_ length: Int, _ most: Int) throws(Problem) {
    guard length <= most else {
      throw Problem(
        .uriTooLong, "request", "the path and query have \(length) bytes", hint: "at most \(most)")
    }
  }

  /// A text as one part of a path, with percent signs for what could be taken for something else.
  static func encoded(_ text: String) -> String {
    text.utf8.reduce(into: "") { encoded, byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."), UInt8(ascii: "~"):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        encoded += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
  }

  /// A part with its percent signs replaced.
  private static func decoded(
    _ part: some Collection<UInt8>, plusIsSpace: Bool
  ) throws(Problem) -> String {
    func digit(_ byte: UInt8) -> UInt8? {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
      default: nil
      }
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(part.count)
    var rest = part.makeIterator()
    while let byte = rest.next() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else {
          throw Problem(
            .badRequest, "request", "a percent sign is not followed by two hexadecimal digits",
            hint: "write %25 for the sign itself")
        }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
      default: bytes.append(byte)
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Problem(.badRequest, "request", "the path or query is not UTF-8")
    }
    guard text.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 }) else {
      throw Problem(.badRequest, "request", "the path or query has control characters")
    }
    return text
  }
}
