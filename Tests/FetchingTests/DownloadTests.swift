import Corpus
import Files
import TestSupport
import Testing

@testable import Fetching

/// One file from servers that answer as they should, break off, change their files and lie.
@Suite struct DownloadTests {
  private let bytes = Fetched.bytes(300_000)

  @Test func aFileComesWholeAndNothingElseStays() throws {
    let server = try LocalServer { [bytes] request, _ in LocalServer.file(bytes, request) }
    defer { server.close() }
    let run = try DownloadRun()
    try run.run("a.bin", from: [server.url("a.bin")])
    #expect(try run.bytes("a.bin") == bytes)
    #expect(try run.folder.names() == ["a.bin"])
    #expect(server.requests.map(\.fields["accept-encoding"]) == ["identity"])
  }

  @Test func aBreakCostsNoByte() throws {
    let server = try LocalServer { [bytes] request, number in
      var response = LocalServer.file(bytes, request)
      if number < 2 { response.cut = 100_000 }
      return response
    }
    defer { server.close() }
    let run = try DownloadRun()
    try run.run("a.bin", from: [server.url("a.bin")])
    #expect(try run.bytes("a.bin") == bytes)
    #expect(server.requests.map(\.range) == [nil, "bytes=100000-", "bytes=200000-"])
    #expect(server.requests.last?.fields["if-range"] == "\"1\"")
    #expect(server.sentBytes == 300_000)
    #expect(run.events == ["waiting 0: cut", "waiting 0: cut"])
  }

  @Test func aLaterRunGoesOn() throws {
    let server = try LocalServer { [bytes] request, number in
      var response = LocalServer.file(bytes, request)
      if number == 0 { response.cut = 120_000 }
      return response
    }
    defer { server.close() }
    let run = try DownloadRun()
    run.patience.attempts = 1
    #expect(try run.failure("a.bin", from: [server.url("a.bin")])?.kind == .cut)
    #expect(try run.folder.names() == ["a.bin.part", "a.bin.part.json"])
    try run.run("a.bin", from: [server.url("a.bin")])
    #expect(try run.bytes("a.bin") == bytes)
    #expect(server.requests.map(\.range) == [nil, "bytes=120000-"])
    #expect(try run.folder.names() == ["a.bin"])
  }

  @Test func whatAnEarlierStartOfTheSystemLeftIsTrustedAsFarAsItReachedTheDisk() throws {
    let server = try LocalServer { [bytes] request, _ in LocalServer.file(bytes, request) }
    defer { server.close() }
    let run = try DownloadRun()
    try run.folder.write(bytes[..<50_000] + [UInt8](repeating: 0, count: 50_000), "a.bin.part")
    let state = """
      {"boot":"another","schema":"lathe.download/1","size":300000,"synced":40000,
       "url":"\(server.url("a.bin"))","validator":"\\"1\\""}
      """
    try run.folder.write(Array(state.utf8), "a.bin.part.json")
    try run.run("a.bin", from: [server.url("a.bin")])
    #expect(server.requests.map(\.range) == ["bytes=40000-"])
    #expect(try run.bytes("a.bin") == bytes)
  }

  @Test func aFileThatChangedIsFetchedAnew() throws {
    let other = Fetched.bytes(280_000, seed: 2)
    let server = try LocalServer { [bytes] request, number in
      if number > 0 { return LocalServer.file(other, tag: "\"2\"", request) }
      var response = LocalServer.file(bytes, request)
      response.cut = 100_000
      return response
    }
    defer { server.close() }
    let run = try DownloadRun()
    try run.run("a.bin", from: [server.url("a.bin")])
    #expect(try run.bytes("a.bin") == other)
    #expect(server.requests.map(\.range) == [nil, "bytes=100000-"])
  }

  @Test func aServerThatDoesNotKnowIfRangeIsFoundOutByItsTag() throws {
    let other = Fetched.bytes(300_000, seed: 2)
    let server = try LocalServer { [bytes] request, number in
      let isFirst = number == 0
      var plain = request
      plain.fields["if-range"] = nil
      var response = LocalServer.file(
        isFirst ? bytes : other, tag: isFirst ? "\"1\"" : "\"2\"", plain)
      if isFirst { response.cut = 100_000 }
      return response
    }
    defer { server.close() }
    let run = try DownloadRun()
    try run.run("a.bin", from: [server.url("a.bin")])
    #expect(try run.bytes("a.bin") == other)
    #expect(run.events == ["waiting 0: cut", "waiting 0: changed"])
  }

  @Test func aServerWithoutPartsIsAskedForAll() throws {
    let server = try LocalServer { [bytes] _, number in
      var response = LocalServer.Response(200, bytes, fields: ["ETag: \"1\""])
      if number == 0 { response.cut = 100_000 }
      return response
    }
    defer { server.close() }
    let run = try DownloadRun()
    try run.run("a.bin", from: [server.url("a.bin")])
    #expect(try run.bytes("a.bin") == bytes)
  }

  /// Without a tag, a date or a checksum nobody could say whether two parts belong together.
  @Test func partsWithoutAValidatorAreNotJoined() throws {
    let server = try LocalServer { [bytes] request, number in
      var response = LocalServer.file(bytes, request)
      response.fields.removeAll { $0.hasPrefix("ETag") }
      if number == 0 { response.cut = 100_000 }
      return response
    }
    defer { server.close() }
    let run = try DownloadRun()
    try run.run("a.bin", from: [server.url("a.bin")])
    #expect(try run.bytes("a.bin") == bytes)
    #expect(server.requests.map(\.range) == [nil, nil])
  }

  @Test func anotherMirrorGoesOnWhereTheChecksumDecides() throws {
    let first = try LocalServer { [bytes] request, _ in
      var response = LocalServer.file(bytes, request)
      response.cut = 100_000
      response.status = request.range == nil ? 200 : 404
      return response
    }
    let second = try LocalServer { [bytes] request, _ in
      LocalServer.file(bytes, tag: "\"other\"", request)
    }
    defer {
      first.close()
      second.close()
    }
    let run = try DownloadRun()
    try run.folder.write(bytes, "known")
    let sha256 = try Checksums.digest(of: run.folder.path("known"), .sha256)
    try run.run(
      "a.bin", from: [first.url("a.bin"), second.url("a.bin")],
      checksums: Checksums(sha256: sha256))
    #expect(try run.bytes("a.bin") == bytes)
    #expect(second.requests.map(\.range) == ["bytes=100000-"])
    #expect(second.requests.map(\.fields["if-range"]) == [nil])
  }

  @Test func aWrongChecksumLeavesNothingAndTheNextMirrorIsAsked() throws {
    let wrong = try LocalServer { request, _ in
      LocalServer.file(Fetched.bytes(300_000, seed: 3), request)
    }
    let right = try LocalServer { [bytes] request, _ in LocalServer.file(bytes, request) }
    defer {
      wrong.close()
      right.close()
    }
    let run = try DownloadRun()
    try run.folder.write(bytes, "known")
    let md5 = try Checksums.digest(of: run.folder.path("known"), .md5)
    let error = try run.failure(
      "a.bin", from: [wrong.url("a.bin")], checksums: Checksums(md5: md5))
    #expect(error?.kind == .checksum)
    #expect("\(try #require(error))".contains("in place of \(md5)"))
    #expect(try run.folder.names() == ["known"])
    try run.run(
      "a.bin", from: [wrong.url("a.bin"), right.url("a.bin")], checksums: Checksums(md5: md5))
    #expect(try run.bytes("a.bin") == bytes)
    #expect(run.events == ["left: checksum"])
  }

  @Test func aPartOfAnotherFileIsFoundOutAndAllIsFetchedAgain() throws {
    let server = try LocalServer { [bytes] request, _ in LocalServer.file(bytes, request) }
    defer { server.close() }
    let run = try DownloadRun()
    try run.folder.write(bytes, "known")
    let md5 = try Checksums.digest(of: run.folder.path("known"), .md5)
    try run.folder.write(Fetched.bytes(90_000, seed: 9), "a.bin.part")
    let state = """
      {"boot":"\(PartialState.currentBoot)","schema":"lathe.download/1","size":300000,"synced":0,
       "url":"http://elsewhere/a.bin"}
      """
    try run.folder.write(Array(state.utf8), "a.bin.part.json")
    try run.run("a.bin", from: [server.url("a.bin")], checksums: Checksums(md5: md5))
    #expect(try run.bytes("a.bin") == bytes)
    #expect(server.requests.map(\.range) == ["bytes=90000-", nil])
  }

  @Test func aStopKeepsWhatHasCome() throws {
    let server = try LocalServer { [bytes] request, number in
      var response = LocalServer.file(bytes, request)
      if number == 0 { response.stall = 100_000 }
      return response
    }
    defer { server.close() }
    let run = try DownloadRun()
    let cancellation = run.cancellation
    do {
      try run.run("a.bin", from: [server.url("a.bin")]) {
        if $0 == 100_000 { cancellation.cancel() }
      }
      Issue.record("it was not stopped")
    } catch let error as FetchError {
      #expect(error.kind == .interrupted)
    }
    let next = try DownloadRun()
    for name in ["a.bin.part", "a.bin.part.json"] {
      try next.folder.write(try run.bytes(name), name)
    }
    try next.run("a.bin", from: [server.url("a.bin")])
    #expect(try next.bytes("a.bin") == bytes)
    #expect(server.requests.map(\.range) == [nil, "bytes=100000-"])
  }
}
