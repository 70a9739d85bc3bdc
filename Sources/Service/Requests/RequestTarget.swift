import HTTPTypes

/// The path and query of a request, taken apart and decoded.
struct RequestTarget: Sendable, Equatable {
  /// The parts of the path between slashes, decoded each for itself, so that `%2F` stays in one.
  let path: [String]
  /// The fields of the query in their order.
  let query: [(name: String, value: String)]

  static func == (left: RequestTarget, right: RequestTarget) -> Bool {
    left.path == right.path && left.query.elementsEqual(right.query, by: ==)
  }

  /// Takes a target apart.
  /// - Throws: ``Problem`` 400 for what is not well formed: a wrong percent sign, bytes that are no
  ///   UTF-8, control characters, a field that is given twice; 414 for one that is too long.
  init(_ text: String, most: Int) throws(Problem) {
    guard text.utf8.count <= most else {
      throw Problem(
        .uriTooLong, "request", "the path and query have \(text.utf8.count) bytes",
        hint: "at most \(most)")
    }
    let parts = text.utf8.split(
      separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts[0].first == UInt8(ascii: "/") else {
      throw Problem(.badRequest, "request", "the path does not begin with a slash")
    }
    var path: [String] = []
    for part in parts[0].dropFirst().split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    {
      path.append(try Self.decoded(part, plusIsSpace: false))
    }
    if path.last == "" { path.removeLast() }
    var query: [(name: String, value: String)] = []
    if parts.count > 1 {
      for field in parts[1].split(separator: UInt8(ascii: "&")) {
        let sides = field.split(
          separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        let name = try Self.decoded(sides[0], plusIsSpace: true)
        let value = sides.count > 1 ? try Self.decoded(sides[1], plusIsSpace: true) : ""
        if query.contains(where: { $0.name == name }) {
          throw .parameter(name, "is given twice", hint: "give it once")
        }
        query.append((name, value))
      }
    }
    self.path = path
    self.query = query
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
