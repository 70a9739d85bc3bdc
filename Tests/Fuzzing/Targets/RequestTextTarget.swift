import Corpus
import Foundation
import HTTPTypes
import Service
import Wording

extension FuzzTarget {
  /// Requests to the service: target, fields and body as text, read as far as that goes without
  /// doing anything. A refusal is a problem document of one of the statuses that blame whoever asked;
  /// a job that is taken on names nothing outside the root, and no option that nobody gave.
  static let request = FuzzTarget(
    "request",
    words: [
      "GET /", "POST /v1/jobs", "DELETE ", "bytes=0-", "bytes=-9223372036854775808", "%2F..%2F",
      "%00",
      "Host: 127.0.0.1", "Host: [::1]", "Origin: null", "Authorization: Bearer ", "Range: ",
      "Sec-Fetch-Site: cross-site", "If-Match: W/\"a\"", "?view=", "&state=", "&sources=[", "1e400",
      "NaN", "-0", "18446744073709551616", "\u{1b}[31m", "\u{202e}",
    ],
    seeds: { RequestSeeds.texts.map { Array($0.utf8) } },
    run: { input in
      let folder = try servedRoot.path
      let reading = try RequestReading(root: folder, tokenFile: nil)
      let guarded = try RequestReading(root: folder, tokenFile: "\(folder)/.token")
      guard let (head, body) = RequestSeeds.request(input) else { return }
      for reader in [reading, guarded] {
        let (arguments, refusal) = reader.read(head, body: body)
        if let refusal {
          try Finding.expect((400..<500).contains(refusal.status), "status \(refusal.status)")
          let document = try JSONValue(json: refusal.document, named: "the document")
          guard case .object(let fields) = document, case .string(let detail)? = fields["detail"]
          else { throw Finding("no document") }
          try Finding.expect(
            !detail.isEmpty
              && detail.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 },
            "the detail is '\(detail)'")
        }
        for argument in arguments ?? [] where argument.hasPrefix("/") {
          try Finding.expect(
            argument.hasPrefix("\(folder)/") && !argument.pathComponents.contains(".."),
            "it names \(argument)")
        }
      }
    })

  private static let servedRoot = Scratch { root in
    for folder in ["music", "audio"] {
      try FileManager.default.createDirectory(
        atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
    }
    try Data("{}".utf8).write(to: URL(filePath: "\(root)/music/card.json"))
    try Data("0123456789abcdef\n".utf8).write(to: URL(filePath: "\(root)/.token"))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: "\(root)/.token")
    try FileManager.default.createSymbolicLink(
      atPath: "\(root)/link", withDestinationPath: "/etc")
  }
}

private enum RequestSeeds {
  static let texts = [
    "GET /v1/caches/music/tracks?label=a&limit=3&text=%C3%A9 HTTP/1.1\nHost: localhost:8765\n"
      + "Range: bytes=0-99\nAuthorization: Bearer 0123456789abcdef\n\n",
    "GET /v1/caches/inner%2Fother/tracks/t1/audio?view=mel&slice=3&format=flac HTTP/1.1\n"
      + "Host: [::1]:1\nOrigin: http://[::1]:1\nSec-Fetch-Site: same-origin\nIf-None-Match: \"a\", *\n"
      + "If-Range: \"a\"\nRange: bytes=-5\n\n",
    "GET /v1/caches/music/batches?view=mel&split=s&side=%5B%22a%22%5D&batch=7&seed=18446744073709551615"
      + "&shuffle=false&epochs=null&sampling=%7B%22labels%22%3A%7B%22a%22%3A2%7D%7D&rank=1&ranks=2"
      + "&dtype=float16&augmentation=%7B%22gain%22%3A%7B%22decibels%22%3A%5B-6%2C6%5D%7D%7D"
      + "&normalisation=first&sources=%5B%7B%22cache%22%3A%22b%22%7D%5D&position=4 HTTP/1.1\n"
      + "Host: 127.0.0.1\nAuthorization: bearer 0123456789abcdef\n\n",
    "POST /v1/jobs HTTP/1.1\nHost: localhost\nContent-Type: application/json; charset=utf-8\n"
      + "Content-Length: 9\n\n"
      + #"{"kind":"prepare","fields":{"audio":"audio","cache":"new/one","corrections":"true"}}"#,
    "POST /v1/jobs HTTP/1.1\nHost: localhost\nContent-Type: application/json\n\n"
      + #"{"kind":"export","fields":{"form":"csv","cache":"music","view":"features","output":"a/b"}}"#,
    "POST /v1/jobs HTTP/1.1\nHost: localhost\nContent-Type: application/json\n\n"
      + #"{"kind":"split","fields":{"cache":"music","policy":"grouped","ratios":"0.8,0.2","seed":"1"}}"#,
    "POST /v1/caches/music/overlay HTTP/1.1\nHost: localhost\nContent-Type: application/json\n\n"
      + #"{"track":"t1","labels":["a","b"],"group":"g","flag":"f","exclude":true,"author":"A"}"#,
    "DELETE /v1/caches/music/overlay/0 HTTP/1.1\nHost: localhost\n\n",
    "GET /?cache=a&cache=b HTTP/1.1\nHost: localhost\n\n",
  ]

  /// A request in text: method and target, then fields, then a body behind an empty line.
  static func request(_ input: [UInt8]) -> (HTTPRequest, body: [UInt8])? {
    let newline = UInt8(ascii: "\n")
    var rest = input[...]
    func line() -> [UInt8]? {
      guard let end = rest.firstIndex(of: newline) else { return nil }
      defer { rest = rest[(end + 1)...] }
      return Array(rest[..<end])
    }
    guard let first = line() else { return nil }
    let words = String(decoding: first, as: UTF8.self).split(separator: " ", maxSplits: 2)
    guard let method = words.first.flatMap({ HTTPRequest.Method(rawValue: String($0)) }) else {
      return nil
    }
    var head = HTTPRequest(
      method: method, scheme: "http", authority: nil,
      path: words.count > 1 ? String(words[1]) : nil)
    while let field = line(), !field.isEmpty {
      let sides = String(decoding: field, as: UTF8.self).split(separator: ":", maxSplits: 1)
      guard sides.count == 2 else { continue }
      let value = sides[1].drop { $0 == " " }
      if sides[0] == "Host" {
        head.authority = String(value)
      } else if let name = HTTPField.Name(String(sides[0])) {
        head.headerFields.append(HTTPField(name: name, value: String(value)))
      }
    }
    return (head, Array(rest))
  }
}
