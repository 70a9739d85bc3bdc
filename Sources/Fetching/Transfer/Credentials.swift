/// What lets one in at servers, from the environment; sent to its own host alone, and only where nobody on the way
/// can read it.
///
/// | variable | host |
/// |---|---|
/// | `HF_TOKEN`, else `HUGGING_FACE_HUB_TOKEN` | `huggingface.co` |
/// | `KAGGLE_USERNAME` and `KAGGLE_KEY` | `www.kaggle.com` |
/// | `LATHE_TOKEN_` and the host with `_` for all but letters and digits, such as `LATHE_TOKEN_DATA_EXAMPLE_ORG` | that host |
struct Credentials: Sendable {
  enum Credential: Sendable, Hashable {
    /// A token (RFC 6750).
    case bearer(String)
    /// A name and a password or key, with a colon between them.
    case basic(String)
  }

  private let environment: [String: String]

  init(_ environment: [String: String]) { self.environment = environment }

  /// What is sent to a server; nil for nothing.
  func credential(for address: RemoteAddress) -> Credential? {
    guard address.isPrivate || RemoteAddress.isLoopback(address.host) else { return nil }
    if let token = set(Self.variable(for: address.host)) { return .bearer(token) }
    switch address.host {
    case "huggingface.co":
      return (set("HF_TOKEN") ?? set("HUGGING_FACE_HUB_TOKEN")).map(Credential.bearer)
    case "www.kaggle.com":
      guard let name = set("KAGGLE_USERNAME"), let key = set("KAGGLE_KEY") else { return nil }
      return .basic("\(name):\(key)")
    default: return nil
    }
  }

  /// What to set if a server wants credentials.
  static func remedy(for address: RemoteAddress) -> String {
    switch address.host {
    case "huggingface.co": "set HF_TOKEN to a token that may read it"
    case "www.kaggle.com": "set KAGGLE_USERNAME and KAGGLE_KEY"
    default: "set \(variable(for: address.host)) to a token, or give another mirror"
    }
  }

  private func set(_ name: String) -> String? {
    environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func variable(for host: String) -> String {
    "LATHE_TOKEN_" + host.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
  }
}
