import HTTPTypes
import Hummingbird

/// Who is let in.
///
/// A browser sends what a page of another origin asks for, and a name of that page may be given
/// this machine's address (DNS rebinding). So the host that a request names must be an address,
/// `localhost` or a name that the server was given, and an origin must be that very host.
struct Gate: Sendable {
  private let token: AccessToken?
  private let names: Set<String>

  init(_ configuration: ServiceConfiguration, token: AccessToken?) {
    self.token = token
    var names = Set(configuration.names)
    names.insert("localhost")
    if !["0.0.0.0", "::"].contains(configuration.host) {
      names.insert(configuration.host.lowercased())
    }
    self.names = names
  }

  /// Refuses a request that nobody here should answer.
  /// - Throws: ``Problem`` 400, 403 or 421.
  func checkHostAndOrigin(_ head: HTTPRequest) throws(Problem) {
    guard let authority = head.authority, !authority.isEmpty else {
      throw Problem(.badRequest, "request", "the header Host is missing")
    }
    let host = Self.host(of: authority)
    guard names.contains(host) || ServiceConfiguration.isAddress(host) else {
      throw Problem(
        .misdirectedRequest, "request", "this server is not known by the name '\(host)'",
        hint: "ask it by its address, or start it with --name \(host)")
    }
    if let site = head.headerFields[.secFetchSite], ["cross-site", "same-site"].contains(site) {
      throw Problem(.forbidden, "request", "the request comes from a page of another origin")
    }
    if let origin = head.headerFields[.origin] {
      let sides = origin.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
      guard sides.count == 3, ["http:", "https:"].contains(sides[0]),
        sides[2].lowercased() == authority.lowercased()
      else { throw Problem(.forbidden, "request", "the origin '\(origin)' is not this server") }
    }
  }

  /// Refuses a request without the token, where there is one.
  /// - Throws: ``Problem`` 401.
  func checkToken(_ head: HTTPRequest) throws(Problem) {
    guard let token else { return }
    let given = head.headerFields[.authorization].flatMap { field -> String? in
      let sides = field.split(separator: " ", maxSplits: 1)
      return sides.count == 2 && sides[0].lowercased() == "bearer" ? String(sides[1]) : nil
    }
    guard let given, token.matches(given) else {
      throw Problem(
        .unauthorized, "unauthorised", given == nil ? "a token is asked for" : "the token is wrong",
        hint: "send the header Authorization: Bearer TOKEN",
        headers: [.wwwAuthenticate: "Bearer realm=\"lathed\""])
    }
  }

  /// The host without its port, in small letters.
  private static func host(of authority: String) -> String {
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
      return authority[...end].lowercased()
    }
    return authority.split(separator: ":", omittingEmptySubsequences: false)[0].lowercased()
  }
}

extension HTTPField.Name {
  /// `Sec-Fetch-Site`, by which browsers say whose page asks.
  static let secFetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .origin
}
