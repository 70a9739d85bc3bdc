import Files
import Foundation
import TestSupport
import Testing

@testable import Fetching

/// Servers that are busy, silent, lost or not honest.
@Suite struct ServerFaultTests {
  private let bytes = Fetched.bytes(200_000)

  @Test(arguments: [429, 503, 500, 408])
  func whoIsBusyIsAskedAgain(_ status: Int) throws {
    let server = try LocalServer { [bytes] request, number in
      number < 2
        ? LocalServer.Response(status, fields: ["Retry-After: 0"])
        : LocalServer.file(bytes, request)
    }
    defer { server.close() }
    let run = try DownloadRun()
    try run.run("a.bin", from: [server.url("a.bin")])
    #expect(try run.bytes("a.bin") == bytes)
    #expect(run.events == ["waiting 0: status", "waiting 0: status"])
  }

  @Test func whoIsBusyForTooLongIsLeft() throws {
    let busy = try LocalServer { _, _ in LocalServer.Response(503, fields: ["Retry-After: 86400"]) }
    let other = try LocalServer { [bytes] request, _ in LocalServer.file(bytes, request) }
    defer {
      busy.close()
      other.close()
    }
    let run = try DownloadRun()
    try run.run("a.bin", from: [busy.url("a.bin"), other.url("a.bin")])
    #expect(try run.bytes("a.bin") == bytes)
    #expect(run.events == ["left: status"])
    #expect(busy.requests.count == 1)
  }

  @Test func pausesDoubleUpToTheLongest() {
    var patience = Patience()
    patience.attempts = 9
    let error = FetchError(.cut, "it", "broke off", hint: "", isPassing: true)
    #expect((1...9).map { patience.pause(after: $0, error) } == [1, 2, 4, 8, 16, 32, 60, 60, nil])
    let busy = FetchError(.status, "it", "is busy", hint: "", retryAfter: 7, isPassing: true)
    #expect(patience.pause(after: 1, busy) == 7)
    let date = Date(timeIntervalSinceNow: 100)
      .formatted(
        .verbatim(
          "\(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits) GMT",
          locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt,
          calendar: Calendar(identifier: .gregorian)))
    #expect((95...101).contains(HTTPConnection.retryAfterSeconds(date) ?? 0), "\(date)")
    #expect(HTTPConnection.retryAfterSeconds("120") == 120)
    #expect(HTTPConnection.retryAfterSeconds("soon") == nil)
  }

  @Test func aMirrorWithoutTheFileIsLeftAtOnce() throws {
    let empty = try LocalServer { _, _ in LocalServer.Response(404) }
    let other = try LocalServer { [bytes] request, _ in LocalServer.file(bytes, request) }
    defer {
      empty.close()
      other.close()
    }
    let run = try DownloadRun()
    try run.run("a.bin", from: [empty.url("a.bin"), other.url("a.bin")])
    #expect(empty.requests.count == 1)
    let error = try run.failure("b.bin", from: [empty.url("b.bin"), empty.url("c.bin?key=secret")])
    #expect(error?.kind == .nowhere)
    let text = "\(try #require(error))"
    #expect(text.contains("\(empty.url("b.bin")) answers 404"))
    #expect(text.contains("c.bin?…") && !text.contains("secret"))
  }

  @Test func whoIsRefusedHearsWhichVariableToSet() throws {
    let server = try LocalServer { _, _ in LocalServer.Response(403) }
    defer { server.close() }
    let error = try DownloadRun().failure("a.bin", from: [server.url("a.bin")])
    #expect(error?.hint == "set LATHE_TOKEN_127_0_0_1 to a token, or give another mirror")
    #expect(
      Credentials.remedy(for: try Fetched.address("https://huggingface.co/a"))
        == "set HF_TOKEN to a token that may read it")
  }

  @Test func nobodyListens() throws {
    let server = try LocalServer { _, _ in LocalServer.Response(200) }
    server.close()
    let run = try DownloadRun()
    #expect(try run.failure("a.bin", from: [server.url("a.bin")])?.kind == .connection)
    #expect(run.events == ["waiting 0: connection", "waiting 0: connection"])
    #expect(try run.folder.names() == [])
  }

  @Test func redirectsAreFollowedAndALoopIsRefused() throws {
    let server = try LocalServer { [bytes] request, _ in
      switch request.path {
      case "/a.bin":
        LocalServer.Response(302, Array("elsewhere".utf8), fields: ["Location: /b.bin"])
      case "/b.bin": LocalServer.file(bytes, request)
      default: LocalServer.Response(301, fields: ["Location: /loop"])
      }
    }
    defer { server.close() }
    let run = try DownloadRun()
    try run.run("a.bin", from: [server.url("a.bin")])
    #expect(try run.bytes("a.bin") == bytes)
    #expect(try run.failure("loop", from: [server.url("loop")])?.kind == .redirects)
    #expect(server.requests.count == 2 + 1 + HTTPConnection.maximumRedirects)
  }

  @Test func aRedirectLeadsToNoFileOfThisMachine() throws {
    let server = try LocalServer { _, _ in
      LocalServer.Response(302, fields: ["Location: file:///etc/passwd"])
    }
    defer { server.close() }
    let run = try DownloadRun()
    #expect(try run.failure("a.bin", from: [server.url("a.bin")])?.kind == .redirects)
    #expect(try run.folder.names() == [])
  }

  @Test func silenceEndsAndTheRestFollows() throws {
    let server = try LocalServer { [bytes] request, number in
      var response = LocalServer.file(bytes, request)
      if number == 0 { response.stall = 90_000 }
      return response
    }
    defer { server.close() }
    let run = try DownloadRun()
    run.patience.stallSeconds = 1
    try run.run("a.bin", from: [server.url("a.bin")])
    #expect(try run.bytes("a.bin") == bytes)
    #expect(run.events == ["waiting 0: stalled"])
    #expect(server.requests.map(\.range) == [nil, "bytes=90000-"])
  }

  @Test func fewerBytesThanAnnouncedAreNoFile() throws {
    let server = try LocalServer { [bytes] _, _ in
      var response = LocalServer.Response(200, bytes)
      response.length = 250_000
      response.cut = 200_000
      return response
    }
    defer { server.close() }
    let run = try DownloadRun()
    #expect(try run.failure("a.bin", from: [server.url("a.bin")])?.kind == .cut)
    #expect(try !run.folder.names().contains("a.bin"))
  }

  @Test func anotherLengthThanThePinnedOneIsRefusedBeforeAByteComes() throws {
    let short = try LocalServer { [bytes] request, _ in
      LocalServer.file(Array(bytes.dropLast()), request)
    }
    let right = try LocalServer { [bytes] request, _ in LocalServer.file(bytes, request) }
    defer {
      short.close()
      right.close()
    }
    let run = try DownloadRun()
    try run.run(
      "a.bin", from: [short.url("a.bin"), right.url("a.bin")], checksums: Checksums(size: 200_000))
    #expect(try run.bytes("a.bin") == bytes)
    #expect(run.events == ["left: length"])
  }

  @Test func moreThanThePinnedLengthInChunksIsRefused() throws {
    let server = try LocalServer { [bytes] _, _ in
      var response = LocalServer.Response(200, bytes)
      response.isChunked = true
      return response
    }
    defer { server.close() }
    let run = try DownloadRun()
    let error = try run.failure(
      "a.bin", from: [server.url("a.bin")], checksums: Checksums(size: 100_000))
    #expect(error?.kind == .length)
    #expect(try run.folder.names() == [])
    try run.run("a.bin", from: [server.url("a.bin")])
    #expect(try run.bytes("a.bin") == bytes)
  }

  /// The end of the connection is all there is to tell the end of the file by.
  @Test func withoutALengthAndAChecksumNothingIsTakenForWhole() throws {
    let server = try LocalServer { [bytes] _, _ in
      var response = LocalServer.Response(200, bytes)
      response.length = nil
      return response
    }
    defer { server.close() }
    let run = try DownloadRun()
    #expect(try run.failure("a.bin", from: [server.url("a.bin")])?.kind == .length)
    #expect(try !run.folder.names().contains("a.bin"))
    let md5 = try Checksums.digest(of: try run.folder.write(bytes, "known"), .md5)
    try run.run("a.bin", from: [server.url("a.bin")], checksums: Checksums(md5: md5))
    #expect(try run.bytes("a.bin") == bytes)
  }

  @Test func aPageInPlaceOfTheFileIsRefused() throws {
    let server = try LocalServer { _, _ in
      LocalServer.Response(
        200, Array("<html>log in</html>".utf8), fields: ["Content-Type: text/html; charset=utf-8"])
    }
    defer { server.close() }
    let error = try DownloadRun().failure("a.tar.gz", from: [server.url("a.tar.gz")])
    #expect(error?.kind == .notTheFile)
    #expect(error?.hint.contains("login") == true)
  }

  /// Some servers compress what they send although they were asked not to.
  @Test func whatIsCompressedForTheWayIsUnpackedAndNotJoined() throws {
    let packed = TestArchives.gzip(bytes)
    let server = try LocalServer { _, number in
      var response = LocalServer.Response(
        200, packed, fields: ["Content-Encoding: gzip", "ETag: \"1\""])
      if number == 1 { response.cut = 100_000 }
      return response
    }
    defer { server.close() }
    let run = try DownloadRun()
    try run.run("a.bin", from: [server.url("a.bin")])
    #expect(try run.bytes("a.bin") == bytes)
    // Asked for it as it is; then compressed, which broke off; then both again, from the start.
    #expect(server.requests.map(\.range) == [nil, nil, nil, nil])
    // A file that is compressed itself stays as it is, whatever the server calls it.
    try run.run("a.tar.gz", from: [server.url("a.tar.gz")])
    #expect(try run.bytes("a.tar.gz") == packed)
  }

  @Test func aTokenGoesToItsHostAlone() throws {
    let server = try LocalServer { [bytes] request, _ in
      let port = request.fields["host"]?.split(separator: ":").last ?? ""
      return request.path == "/a.bin"
        ? LocalServer.Response(302, fields: ["Location: http://localhost:\(port)/b.bin"])
        : LocalServer.file(bytes, request)
    }
    defer { server.close() }
    let run = try DownloadRun()
    run.environment = ["LATHE_TOKEN_127_0_0_1": "secret", "HF_TOKEN": "other"]
    try run.run("a.bin", from: [server.url("a.bin")])
    #expect(server.requests.map(\.fields["authorization"]) == ["Bearer secret", nil])
  }

  @Test func tokensOfTheEnvironment() throws {
    let environment = [
      "HF_TOKEN": "h", "KAGGLE_USERNAME": "me", "KAGGLE_KEY": "k",
      "LATHE_TOKEN_DATA_EXAMPLE_ORG": "e",
    ]
    let credentials = Credentials(environment)
    func credential(_ url: String) throws -> Credentials.Credential? {
      credentials.credential(for: try Fetched.address(url))
    }
    #expect(try credential("https://huggingface.co/datasets/a") == .bearer("h"))
    #expect(try credential("https://www.kaggle.com/api") == .basic("me:k"))
    #expect(try credential("https://data.example.org:8443/a") == .bearer("e"))
    #expect(try credential("https://huggingface.co.evil.org/a") == nil)
    // On the way to it anybody could read the token.
    #expect(try credential("http://data.example.org/a") == nil)
  }
}
