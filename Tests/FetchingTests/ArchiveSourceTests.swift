import Corpus
import Files
import Synchronization
import TestSupport
import Testing

@testable import Fetching

/// Datasets whose tracks lie in archives on servers.
@Suite struct ArchiveSourceTests {
  private let club: Club
  private let folder: TemporaryFolder
  /// A zip with the club below a folder of its own, and much else.
  private let zip: [UInt8]
  private let tar: [UInt8]

  init() throws {
    club = try Club()
    folder = try TemporaryFolder()
    var members = club.files.sorted { $0.key < $1.key }.map { ("genres/\($0.key)", $0.value) }
    members.insert(("genres/blues/._t0.wav", [1, 2, 3]), at: 1)
    members.insert(("pictures.bin", Fetched.bytes(400_000)), at: 3)
    zip = TestArchives.zip(members)
    tar = TestArchives.tar(members)
  }

  private func server(
    _ answer: @escaping @Sendable (LocalServer.Request, Int) -> LocalServer.Response
  ) throws -> LocalServer { try LocalServer(answer) }

  private func source(_ name: String, _ server: LocalServer) throws -> RemoteSource {
    RemoteSource(.archive, name: name, mirrors: [try Fetched.address(server.url(name))])
  }

  private func fetch(
    _ sources: [RemoteSource], _ change: (inout Fetch) throws -> Void = { _ in }
  ) throws -> Fetch {
    try club.fetch(sources, to: folder.path("to"), change)
  }

  private func expectAllTracks() throws {
    for (path, bytes) in club.files {
      #expect(try TemporaryFolder.bytes(of: folder.path("to/\(path)")) == bytes)
    }
    #expect(try Files.names(folder.path("to")) == ["blues", "jazz"])
  }

  @Test(arguments: ["club.tar", "club.tar.gz"])
  func tracksOfATarComeToTheirPlaces(_ name: String) throws {
    let bytes = name.hasSuffix("gz") ? TestArchives.gzip(tar) : tar
    let server = try server { request, _ in LocalServer.file(bytes, request) }
    defer { server.close() }
    let report = try fetch([source(name, server)]).run()
    #expect(report.fetched == 6 && report.missing.isEmpty && report.isExhausted)
    #expect(report.receivedBytes == bytes.count && server.sentBytes == bytes.count)
    try expectAllTracks()
  }

  /// The picture in the zip is over nine tenths of it, and stays where it is.
  @Test func ofAZipOnlyTheMembersThatAreWantedComeOver() throws {
    let server = try server { [zip] request, _ in LocalServer.file(zip, request) }
    defer { server.close() }
    let report = try fetch([source("club.zip", server)]).run()
    #expect(report.fetched == 6)
    try expectAllTracks()
    // The end of the zip, in which its directory is, and some 3,000 bytes a track.
    let tail = 1 << 17
    #expect(server.sentBytes > tail + 18_000 && server.sentBytes < tail + 20_000)
    #expect(server.requests.map(\.range).first == "bytes=-\(tail)")
    #expect(server.requests.dropFirst().allSatisfy { $0.fields["if-range"] == "\"1\"" })
  }

  @Test func ofAZipOneMemberIsOneRequest() throws {
    let server = try server { [zip] request, _ in LocalServer.file(zip, request) }
    defer { server.close() }
    let report = try fetch([source("club.zip", server)]) { $0.only = ["jazz/t3.wav"] }.run()
    #expect(report.fetched == 1 && report.tracks == 1, "\(report)")
    #expect(server.requests.count == 2)
    #expect(try Files.names(folder.path("to/jazz")) == ["t3.wav"])
  }

  @Test func membersGoOnWhereTheyBrokeOff() throws {
    let server = try server { [zip] request, number in
      var response = LocalServer.file(zip, request)
      if number == 2 { response.cut = 1_000 }
      return response
    }
    defer { server.close() }
    let fetch = try fetch([source("club.zip", server)]) { $0.patience.attempts = 1 }
    #expect(try fetch.run().failures.count == 1)
    let parts = try Files.names(folder.path("to/.lathe-fetch"))
    #expect(parts == ["club.zip.members.zip.part", "club.zip.members.zip.part.json"])
    let sent = server.sentBytes
    let report = try fetch.run()
    #expect(report.fetched == 6)
    try expectAllTracks()
    // The directory again, and what was missing.
    #expect(server.sentBytes - sent < (1 << 17) + 19_000 - 1_000 - 3_000)
  }

  @Test func aZipThatChangesWhileItsMembersComeIsReadAnew() throws {
    let server = try server { [zip] request, number in
      LocalServer.file(zip, tag: number < 2 ? "\"1\"" : "\"2\"", request)
    }
    defer { server.close() }
    let report = try fetch([source("club.zip", server)]).run()
    #expect(report.fetched == 6 && report.isExhausted)
    try expectAllTracks()
  }

  @Test func whereNoPartsAreSentTheZipComesWhole() throws {
    let server = try server { [zip] _, _ in LocalServer.Response(200, zip) }
    defer { server.close() }
    let report = try fetch([source("club.zip", server)]).run()
    #expect(report.fetched == 6)
    try expectAllTracks()
    #expect(server.requests.count == 2)
  }

  @Test func whereTheLastBytesAreRefusedTheZipComesWhole() throws {
    let server = try server { [zip] request, _ in
      request.range?.hasPrefix("bytes=-") == true
        ? LocalServer.Response(400) : LocalServer.file(zip, request)
    }
    defer { server.close() }
    #expect(try fetch([source("club.zip", server)]).run().fetched == 6)
    try expectAllTracks()
  }

  /// Who pins the whole wants it checked, unless every track has a checksum of its own.
  @Test func aPinnedZipComesWholeWhereItsTracksHaveNoChecksums() throws {
    let server = try server { [zip] request, _ in LocalServer.file(zip, request) }
    defer { server.close() }
    var pinned = try source("club.zip", server)
    pinned.checksums.sha256 = try Checksums.digest(of: folder.write(zip, "known"), .sha256)
    let tracks = club.manifest.tracks.map { track in
      var track = track
      track.md5 = nil
      return track
    }
    let manifest = try Manifest(name: "club", labels: ["blues", "jazz"], tracks: tracks)
    let report = try fetch([pinned]) { $0.manifest = manifest }.run()
    #expect(report.fetched == 6 && report.unchecked == 6)
    #expect(server.requests.map(\.range) == [nil])
  }

  @Test func theNextSourceBringsWhatTheFirstHasNot() throws {
    let damaged = club.manifest.tracks[4].path
    var members = club.files.sorted { $0.key < $1.key }.map { ("Data/\($0.key)", $0.value) }
    members.removeFirst()
    members = members.map { $0.0.hasSuffix(damaged) ? ($0.0, Array("noise".utf8)) : $0 }
    let first = TestArchives.tar(members)
    let server = try server { [tar, first] request, _ in
      LocalServer.file(request.path == "/first.tar" ? first : tar, request)
    }
    defer { server.close() }
    let sources = try [source("first.tar", server), source("second.tar", server)]
    let report = try fetch(sources).run()
    #expect(report.fetched == 6 && report.missing.isEmpty && report.refused.isEmpty)
    try expectAllTracks()
  }

  /// A gigabyte is not fetched again for a track that was not in it the last time.
  @Test func whatAnArchiveLacksIsRemembered() throws {
    let members = club.files.sorted { $0.key < $1.key }.dropFirst().map { ($0.key, $0.value) }
    let first = TestArchives.tar(Array(members))
    let tag = Mutex("\"1\"")
    let server = try server { [tar] request, _ in
      let tag = tag.withLock { $0 }
      return LocalServer.file(tag == "\"1\"" ? first : tar, tag: tag, request)
    }
    defer { server.close() }
    let fetch = try fetch([source("club.tar", server)])
    let report = try fetch.run()
    #expect(report.fetched == 5 && report.missing == ["blues/t0.wav"] && report.isExhausted)
    let sent = server.sentBytes
    let again = try fetch.run()
    #expect(again.fetched == 0 && again.missing == ["blues/t0.wav"] && again.isExhausted)
    #expect(server.sentBytes <= sent + 1)
    // Until the server has another one.
    tag.withLock { $0 = "\"2\"" }
    #expect(try fetch.run().fetched == 1)
    #expect(try fetch.run().present == 6)
  }

  @Test func anArchiveOfSomethingElseIsAFailure() throws {
    let other = TestArchives.tar([("genres/rock/r1.wav", [1, 2, 3])])
    let server = try server { _, _ in LocalServer.Response(200, other) }
    defer { server.close() }
    let report = try fetch([source("club.tar", server)]).run()
    #expect(report.failures.first?.contains("has none of the tracks") == true)
  }

  @Test func aCutArchiveIsNotUsed() throws {
    let cut = Array(TestArchives.gzip(tar).prefix(50_000))
    let whole = TestArchives.gzip(tar)
    let server = try server { request, _ in
      LocalServer.file(request.path == "/club.tar.gz" ? cut : whole, request)
    }
    defer { server.close() }
    var source = try source("club.tar.gz", server)
    let report = try fetch([source]).run()
    #expect(report.fetched == 0 && report.failures.count == 1)
    #expect(try Files.names(folder.path("to")) == [])
    // Another mirror that has it whole is asked.
    source.mirrors.append(try Fetched.address(server.url("whole.tar.gz")))
    #expect(try fetch([source]).run().fetched == 6)
    try expectAllTracks()
  }

  @Test(arguments: [
    "../../evil.wav", "/tmp/evil.wav", "blues/../../evil.wav", "../\u{301}evil.wav",
  ])
  func anArchiveThatClimbsOutIsRefusedWhole(_ name: String) throws {
    var members = club.files.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    members.append((name, Array("evil".utf8)))
    for (file, bytes) in [
      ("a.tar", TestArchives.tar(members)), ("a.zip", TestArchives.zip(members)),
    ] {
      let server = try server { _, _ in LocalServer.Response(200, bytes) }
      defer { server.close() }
      let report = try fetch([source(file, server)]).run()
      #expect(report.fetched == 0 && report.missing.count == 6)
      #expect(report.failures.first?.contains("has a name that") == true, "\(report.failures)")
      #expect(try Files.names(folder.path("to")) == [])
    }
  }

  /// A link in an archive could lead what is unpacked after it to anywhere.
  @Test func aLinkIsNoTrack() throws {
    let path = club.manifest.tracks[0].path
    let bytes = TestArchives.tar(
      [(path, []), (club.manifest.tracks[1].path, [1, 2])], link: "/etc/passwd")
    let server = try server { _, _ in LocalServer.Response(200, bytes) }
    defer { server.close() }
    let report = try fetch([source("a.tar", server)]).run()
    #expect(report.fetched == 0)
    #expect(Files.size(folder.path("to/\(path)")) == nil)
  }

  @Test func aBombIsRefusedBeforeItIsUnpacked() throws {
    // Each of six says that it unpacks to a gigabyte.
    let zip = TestArchives.zip(club.files.map { ($0.key, $0.value) }, size: 1 << 30)
    let server = try server { _, _ in LocalServer.Response(200, zip) }
    defer { server.close() }
    let report = try fetch([source("a.zip", server)]).run()
    #expect(report.fetched == 0)
    #expect(report.failures.first?.contains("as no recordings do") == true, "\(report.failures)")
    #expect(try Files.names(folder.path("to")) == [])
  }

  @Test func oneOwnArchiveNeedsNoServer() throws {
    let archive = try folder.write(TestArchives.gzip(tar), "own/club.tar.gz")
    let report = try fetch([]) { $0.own = [archive] }.run()
    #expect(report.taken == 6 && report.missing.isEmpty)
    try expectAllTracks()
    #expect(Files.size(archive) != nil)
  }

  @Test func archivesAreFoundInOnesOwnFolder() throws {
    try folder.write(tar, "own/club.tar")
    let server = try server { _, _ in LocalServer.Response(404) }
    defer { server.close() }
    let report = try fetch([source("club.tar", server)]) { $0.own = [folder.path("own")] }.run()
    #expect(report.taken == 6 && server.requests.isEmpty)
  }

  @Test func anArchiveIsKeptWhereThatIsAskedFor() throws {
    let server = try server { [tar] request, _ in LocalServer.file(tar, request) }
    defer { server.close() }
    let fetch = try fetch([source("club.tar", server)]) { fetch in
      fetch.keepsArchives = true
      fetch.downloads = folder.path("downloads")
    }
    #expect(try fetch.run().fetched == 6)
    #expect(try TemporaryFolder.bytes(of: folder.path("downloads/club.tar")) == tar)
    try Files.removeTree(folder.path("to/blues"))
    #expect(try fetch.run().fetched == 3)
    #expect(server.requests.count == 1)
  }

  @Test func aMirrorOfOnesOwnIsAskedFirst() throws {
    let server = try server { [tar] request, _ in
      request.path == "/mine/club.tar" ? LocalServer.file(tar, request) : LocalServer.Response(404)
    }
    defer { server.close() }
    let fetch = try fetch([source("club.tar", server)]) {
      $0.mirrors = [try Fetched.address(server.url("mine/"))]
    }
    #expect(try fetch.run().fetched == 6)
    #expect(server.requests.map(\.path) == ["/mine/club.tar"])
  }
}
