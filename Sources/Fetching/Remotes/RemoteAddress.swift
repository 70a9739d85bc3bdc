import Wording

/// A URL of a server that is asked for files: `https:`, `http:`, and of public or pre-signed objects `s3:` and `gs:`.
public struct RemoteAddress: Sendable, Hashable, CustomStringConvertible {
  /// The URL as it was given.
  public let text: String
  private let scheme: String
  /// What stands between `//` and the path, and the rest from its `/` on.
  private let authority: String
  private let rest: String

  /// Nil for what is no such URL, and for one with a name and password in it: those belong into the environment, not
  /// into files that are passed on.
  public init?(_ text: String) {
    guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://"),
      text.utf8.allSatisfy({ 0x21...0x7E ~= $0 })
    else { return nil }
    scheme = text[..<colon].lowercased()
    let after = text[colon...].dropFirst(3)
    authority = String(after.prefix { $0 != "/" && $0 != "?" && $0 != "#" })
    rest = String(after.dropFirst(authority.count))
    guard ["https", "http", "s3", "gs"].contains(scheme), !authority.isEmpty,
      !authority.contains("@"), !authority.contains("\\")
    else { return nil }
    if scheme == "s3" || scheme == "gs", rest.count < 2 { return nil }
    self.text = text
  }

  /// The URL in messages: what follows a `?` may be a signature that lets others in.
  public var description: String {
    Words.shown(identity + (text.contains("?") ? "?…" : ""))
  }

  /// The URL without what follows a `?`: signatures differ from day to day, the file stays the same.
  var identity: String { String(text.prefix { $0 != "?" }) }

  /// The host, in lower case, without a port.
  var host: String { Self.host(of: authority) }

  /// The host in what stands between `//` and the path of a URL.
  private static func host(of authority: String) -> String {
    if authority.hasPrefix("[") {
      return String(authority.dropFirst().prefix { $0 != "]" }).lowercased()
    }
    return authority.prefix { $0 != ":" }.lowercased()
  }

  /// Whether what is sent there can be read by nobody on the way.
  var isPrivate: Bool { scheme != "http" || Self.isLoopback(host) }

  static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || host == "::1" || host.hasPrefix("127.")
  }

  /// The URL of a file below this one, which ends in `/`.
  func appending(path: String) -> RemoteAddress {
    let (base, query) =
      text.firstIndex(of: "?").map { (text[..<$0], text[$0...]) } ?? (text[...], "")
    return RemoteAddress(base + Self.escaped(path) + query) ?? self
  }

  /// A path with all but unreserved characters and `/` escaped (RFC 3986, section 2).
  static func escaped(_ path: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return path.utf8.reduce(into: "") { escaped, byte in
      let scalar = Unicode.Scalar(byte)
      let isPlain =
        scalar.isASCII
        && (scalar.properties.isAlphabetic || "0123456789-._~/".unicodeScalars.contains(scalar))
      escaped += isPlain ? String(scalar) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
    }
  }

  /// The URL that is asked for.
  ///
  /// `s3://BUCKET/KEY` is `https://BUCKET.s3.amazonaws.com/KEY`, in the region and at the service that `AWS_REGION`,
  /// `AWS_DEFAULT_REGION`, `AWS_ENDPOINT_URL_S3` and `AWS_ENDPOINT_URL` name; `gs://BUCKET/KEY` is
  /// `https://storage.googleapis.com/BUCKET/KEY`, or at `STORAGE_EMULATOR_HOST`. A query, such as a signature, stays.
  func url(_ environment: [String: String]) -> String {
    func set(_ names: String...) -> String? {
      names.compactMap { environment[$0] }.first { !$0.isEmpty }
    }
    func trimmed(_ base: String) -> String {
      let whole = base.contains("://") ? base : "http://\(base)"
      return String(whole.reversed().drop { $0 == "/" }.reversed())
    }
    switch scheme {
    case "s3":
      if let base = set("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL") {
        return "\(trimmed(base))/\(authority)\(rest)"
      }
      let region = set("AWS_REGION", "AWS_DEFAULT_REGION").map { ".\($0)" } ?? ""
      // A dot in the name of a bucket is not covered by the service's certificate.
      return authority.contains(".")
        ? "https://s3\(region).amazonaws.com/\(authority)\(rest)"
        : "https://\(authority).s3\(region).amazonaws.com\(rest)"
    case "gs":
      let base = set("STORAGE_EMULATOR_HOST").map(trimmed) ?? "https://storage.googleapis.com"
      return "\(base)/\(authority)\(rest)"
    default:
      return "\(scheme)://\(authority)\(rest.prefix { $0 != "#" })"
    }
  }
}
