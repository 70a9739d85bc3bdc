import Corpus
import DatasetCache
import HTTPTypes
import Hummingbird
import NIOCore
import Reporting

/// What can be read without JavaScript: the caches, and their tracks with links to sound and
/// pictures, as HTML.
extension ServiceOperations {
  private static let tracksAtOnce = 100

  static let plain: [Operation] = [
    Operation(
      id: "plain-caches", path: "/plain", summary: "The caches, as HTML without JavaScript.",
      answers: [.bytes("text/html")]
    ) { call in
      let names = try await call.service.work { call.service.cacheNames() }
      let items = names.map { "<li>\(link("/plain/\(RequestTarget.encoded($0))", $0))" }
      return html(
        "Caches",
        names.isEmpty ? "<p>Nothing under the root is a cache." : "<ul>\(items.joined())</ul>")
    },
    Operation(
      id: "plain-tracks", path: "/plain/{cache}",
      summary: "The tracks of a cache, as HTML without JavaScript.",
      parameters: [.init("offset", .integer(0...1 << 40), "how many to pass over")],
      answers: [.bytes("text/html")]
    ) { call in
      try await call.service.work {
        let cache = try call.cache()
        let records = try cache.tracks().records
        let first = min(call.integer("offset") ?? 0, records.count)
        let end = min(records.count, first + tracksAtOnce)
        let facts = try cache.cache.viewFacts()
        let picture = facts.filter { $0.value.axes.count == 2 }.keys.sorted().first
        let hasSound = facts.contains { $0.value.isSignal }
        let rows = records[first..<end].map { row($0, cache.name, picture, hasSound: hasSound) }
        let path = "/plain/\(RequestTarget.encoded(cache.name))"
        var ways = [link("/plain", "all caches")]
        if first > 0 {
          ways.append(link("\(path)?offset=\(max(0, first - tracksAtOnce))", "earlier tracks"))
        }
        if end < records.count { ways.append(link("\(path)?offset=\(end)", "later tracks")) }
        return html(
          cache.name,
          "<p>\(records.count) tracks; here \(first + min(1, end - first)) to \(end)."
            + "<table><tr><th>Track<th>Label<th>Seconds<th>Sound<th>Picture\(rows.joined())</table>"
            + "<p>\(ways.joined(separator: " · "))")
      }
    },
  ]

  private static func row(
    _ record: TrackRecord, _ cache: String, _ picture: View?, hasSound: Bool
  ) -> String {
    let path =
      "/v1/caches/\(RequestTarget.encoded(cache))/tracks/\(RequestTarget.encoded(record.id))"
    let seconds = Double(record.frames) / Double(max(1, record.sampleRate))
    let sound = hasSound ? link("\(path)/audio", "listen") : ""
    let look =
      picture.flatMap { record.views[$0] == nil ? nil : $0 }
      .map { link("\(path)/spectrogram?view=\($0.rawValue)&axes=true", $0.rawValue) } ?? ""
    return
      "<tr><td>\(HTML.text(record.id))<td>\(HTML.text(record.labelNames.joined(separator: ", ")))"
      + "<td>\((seconds * 10).rounded() / 10)<td>\(sound)<td>\(look)"
  }

  private static func link(_ address: String, _ words: String) -> String {
    "<a href=\"\(HTML.text(address))\">\(HTML.text(words))</a>"
  }

  private static func html(_ title: String, _ body: String) -> Response {
    let page =
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
      + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      + "<title>\(HTML.text(title)) · Lathe</title><link rel=\"stylesheet\" href=\"/page/style.css\">"
      + "<main class=\"scroll\"><h1>\(HTML.text(title))</h1>\(body)</main></html>\n"
    var response = Response.bytes(Array(page.utf8), "text/html; charset=utf-8")
    response.protectAsPage()
    return response
  }
}
