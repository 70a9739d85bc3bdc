import HTTPTypes
import Hummingbird
import ServicePage

extension ServiceOperations {
  /// The page: nothing of it is of another host, and nothing else may be taken into it.
  static let pages: [Operation] = [
    Operation(
      id: "page", path: "/", summary: "The page: what it shows stands in the query of its address.",
      answers: [.bytes("text/html")], isOpen: true, takesAnyQuery: true
    ) { call in try await pageFile("index.html", call) },
    Operation(
      id: "page-file", path: "/page/{file}", summary: "A file of the page.",
      answers: [.bytes("text/javascript"), .bytes("text/css"), .bytes("text/html")], isOpen: true
    ) { call in try await pageFile(try call.required("file"), call) },
  ]

  private static func pageFile(_ name: String, _ call: Call) async throws -> Response {
    guard let file = ServicePage.file(named: name) else {
      throw Problem.missing("the page has no such file")
    }
    var response = try await call.tagged(
      file.mediaType, from: ["page", name, EntityTag.text(of: file.bytes)]
    ) { file.bytes }
    response.protectAsPage()
    return response
  }
}

extension Response {
  /// Forbids a browser to take anything from elsewhere into what is shown.
  mutating func protectAsPage() {
    headers[.contentSecurityPolicy] =
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
      + "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; "
      + "form-action 'none'; frame-ancestors 'none'"
    headers[.referrerPolicy] = "no-referrer"
  }
}

extension HTTPField.Name {
  fileprivate static let contentSecurityPolicy =
    HTTPField.Name("Content-Security-Policy") ?? .contentType
  fileprivate static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .contentType
}
