import Files
import Glibc

/// What the service is started with.
public struct ServiceConfiguration: Sendable, Hashable {
  /// The form of the log.
  public enum LogFormat: String, Sendable, Hashable, CaseIterable {
    /// A line for people.
    case text
    /// A JSON object a line.
    case json
  }

  /// The folder under which everything that is served lies.
  public var root: String
  /// The address to listen on.
  public var host = "127.0.0.1"
  /// The port; 0 for one that is free.
  public var port = 8_765
  /// A file whose first line every request must carry; nil for none.
  public var tokenFile: String?
  /// The certificate chain in PEM.
  public var tlsCertificate: String?
  /// Its private key in PEM.
  public var tlsKey: String?
  /// Whether other machines may be answered without TLS, as behind a proxy that has it.
  public var allowsPlaintext = false
  /// Names, besides `localhost` and addresses, that a request may call this server by.
  public var names: [String] = []
  /// The `lathe` program that jobs run.
  public var program = Files.programFolder.map { "\($0)/lathe" } ?? "lathe"
  /// The form of the log.
  public var logFormat = LogFormat.text
  /// The least level that is logged.
  public var logLevel = "info"
  /// How much is taken on.
  public var limits = ServiceLimits()

  /// The usual configuration over a folder.
  public init(root: String) { self.root = root }

  /// Whether only this machine can connect.
  public var isLoopback: Bool { Self.isLoopback(host) }

  /// Whether an address is of this machine alone.
  static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || host == "::1" || (host.hasPrefix("127.") && isAddress(host))
  }

  /// Whether a text is an address rather than a name, which a foreign name server could give any
  /// address.
  static func isAddress(_ host: String) -> Bool {
    let address =
      host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    var four = in_addr()
    var six = in6_addr()
    return inet_pton(AF_INET, address, &four) == 1 || inet_pton(AF_INET6, address, &six) == 1
  }
}
