/// What is asked of a server.
struct HTTPRequest: Sendable {
  /// Which bytes of the file.
  enum Part: Sendable, Hashable {
    case all
    /// From this byte to the end.
    case from(Int)
    case bytes(Range<Int>)
    /// The last so many.
    case last(Int)

    /// As the field `Range` has it, behind `bytes=`.
    var text: String? {
      switch self {
      case .all: nil
      case .from(let start): "\(start)-"
      case .bytes(let range): "\(range.lowerBound)-\(range.upperBound - 1)"
      case .last(let count): "-\(count)"
      }
    }
  }

  var address: RemoteAddress
  var part = Part.all
  /// The validator that the file must still have for a part of it to be sent.
  var ifRange: String?
  /// Whether a file that the server compresses for the way is unpacked as it comes.
  var decodes = false
}

/// What a server says of its answer before it sends the bytes.
struct HTTPHead: Sendable {
  var status = 0
  /// The version, such as `HTTP/1.1`.
  var version = ""
  /// By lower-case names; of fields that come twice the last.
  var fields: [String: String] = [:]

  /// Takes a line of the head: its first one begins a new head.
  mutating func take(line: String) {
    if line.hasPrefix("HTTP/") {
      let words = line.split(separator: " ")
      self = HTTPHead(status: words.count > 1 ? Int(words[1]) ?? 0 : 0, version: String(words[0]))
      return
    }
    guard let colon = line.firstIndex(of: ":") else { return }
    fields[line[..<colon].lowercased()] = Self.trimmed(line[line.index(after: colon)...])
  }

  var contentLength: Int? { fields["content-length"].flatMap { Int($0) } }

  /// Of a part: which bytes it has, of how many; the number is nil where the server does not know it.
  var contentRange: (bytes: Range<Int>, of: Int?)? {
    guard let text = fields["content-range"], text.lowercased().hasPrefix("bytes ") else {
      return nil
    }
    let parts = text.dropFirst(6).split(separator: "/")
    let ends = parts.first?.split(separator: "-") ?? []
    guard parts.count == 2, ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]),
      first >= 0, last >= first, last < Int.max
    else { return nil }
    return (first..<(last + 1), Int(parts[1]))
  }

  /// Of a refused part: the bytes that the whole has.
  var unsatisfiedSize: Int? {
    guard let text = fields["content-range"], text.hasPrefix("bytes */") else { return nil }
    return Int(text.dropFirst(8))
  }

  /// What says that the bytes are the same: a strong entity tag, or else a date, which is good enough for files that
  /// do not change twice a second.
  var validator: String? {
    if let tag = fields["etag"], tag.hasPrefix("\"") { return tag }
    return fields["last-modified"]
  }

  /// How the bytes are compressed for the way; nil where they are as they are.
  var contentEncoding: String? {
    fields["content-encoding"].map { $0.lowercased() }.flatMap { $0 == "identity" ? nil : $0 }
  }

  /// Such as `text/html`.
  var mediaType: String? {
    fields["content-type"].map { Self.trimmed($0.prefix { $0 != ";" }).lowercased() }
  }

  /// Whether the end of the bytes can be told from a break.
  var isEndMarked: Bool {
    contentLength != nil || fields["transfer-encoding"]?.lowercased().contains("chunked") == true
      || !version.hasPrefix("HTTP/1")
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    let rest = text.drop { $0.isWhitespace }
    return String(rest.reversed().drop { $0.isWhitespace }.reversed())
  }
}
