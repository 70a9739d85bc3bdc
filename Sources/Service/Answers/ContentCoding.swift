/// A form in which the bytes of an answer may be sent, as `Accept-Encoding` names it.
struct ContentCoding: Sendable {
  let name: String

  static let zstd = ContentCoding(name: "zstd")

  /// Whether a client says that it takes this form (RFC 9110, 12.5.3): it names it with a weight
  /// above 0. A client that takes just anything (`*`) is sent the bytes as they are.
  func isTaken(by header: String?) -> Bool {
    (header ?? "").split(separator: ",").contains { item in
      let parts = item.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
      guard parts.first?.lowercased() == name else { return false }
      let weight = parts.dropFirst().first { $0.lowercased().hasPrefix("q=") }
      return weight.map { (Double($0.dropFirst(2)) ?? 0) > 0 } ?? true
    }
  }
}
