import Corpus
import Files
import Foundation
import TestSupport
import Testing

@testable import Fetching

/// Datasets whose tracks are files of their own on a server.
@Suite struct FolderSourceTests {
  private let club: Club
  private let folder: TemporaryFolder

  init() throws {
    club = try Club()
    folder = try TemporaryFolder()
  }

  private func fetch(_ server: LocalServer, _ change: (inout Fetch) -> Void = { _ in }) throws
    -> Fetch
  {
    let source = RemoteSource(.folder, mirrors: [try Fetched.address(server.url("audio/"))])
    return try club.fetch([source], to: folder.path("to"), change)
  }

  @Test func everyTrackComesOnce() throws {
    let server = try club.server()
    defer { server.close() }
    let report = try fetch(server).run()
    #expect(report.fetched == 6 && report.missing.isEmpty && report.isExhausted)
    for track in club.manifest.tracks {
      #expect(
        try TemporaryFolder.bytes(of: folder.path("to/\(track.path)")) == club.files[track.path])
    }
    #expect(try Files.names(folder.path("to")) == ["blues", "jazz"])
    let again = try fetch(server).run()
    #expect(again.present == 6 && again.fetched == 0)
    #expect(server.requests.count == 6)
  }

  @Test func whatIsCutOrOtherwiseChangedHereIsFetchedAnew() throws {
    let server = try club.server()
    defer { server.close() }
    _ = try fetch(server).run()
    let path = club.manifest.tracks[0].path
    try folder.write(try #require(club.files[path]).dropLast(), "to/\(path)")
    let plan = try fetch(server).plan()
    #expect(plan.present == 5 && plan.changed == 1)
    #expect(try fetch(server).run().fetched == 1)
    #expect(try TemporaryFolder.bytes(of: folder.path("to/\(path)")) == club.files[path])
  }

  /// As many connections as are asked for, whatever the number of cores: the first answers wait for the last request.
  @Test func severalTracksComeAtTheSameTime() throws {
    let arrived = DispatchSemaphore(value: 0)
    let released = DispatchSemaphore(value: 0)
    let server = try club.server { _ in
      arrived.signal()
      released.wait()
      return nil
    }
    defer { server.close() }
    let fetch = try fetch(server) { $0.connections = 6 }
    let waiting = Thread {
      for _ in 0..<6 { arrived.wait() }
      for _ in 0..<6 { released.signal() }
    }
    waiting.start()
    #expect(try fetch.run().fetched == 6)
  }

  @Test func onlyWhatIsAskedFor() throws {
    let server = try club.server()
    defer { server.close() }
    let report = try fetch(server) { $0.only = ["jazz/*"] }.run()
    #expect(report.tracks == 3 && report.fetched == 3)
    #expect(try Files.names(folder.path("to")) == ["jazz"])
  }

  @Test func aTrackThatIsSomethingElseIsNotTaken() throws {
    let path = club.manifest.tracks[1].path
    let server = try club.server { request in
      request.path == "/audio/\(path)" ? LocalServer.Response(200, Array("other".utf8)) : nil
    }
    defer { server.close() }
    let report = try fetch(server).run()
    #expect(report.fetched == 5 && report.missing == [path] && report.isExhausted)
    #expect(report.refused.map(\.path) == [path])
    #expect(report.refused.first?.reason.contains("has the MD5") == true)
    #expect(Files.size(folder.path("to/\(path)")) == nil)
  }

  @Test func aTrackThatIsNotThereIsAFailureAndTheOthersCome() throws {
    let path = club.manifest.tracks[1].path
    let server = try club.server { request in
      request.path == "/audio/\(path)" ? LocalServer.Response(404) : nil
    }
    defer { server.close() }
    let report = try fetch(server).run()
    #expect(report.fetched == 5 && report.missing == [path])
    #expect(report.failures.count == 1 && report.failures[0].contains("answers 404"))
  }

  @Test func aServerThatIsGoneIsNotAskedForEveryTrack() throws {
    let server = try club.server()
    server.close()
    let report = try fetch(server) { fetch in
      fetch.connections = 1
      fetch.patience.attempts = 1
    }.run()
    #expect(report.missing.count == 6 && report.failures.count == 1)
    #expect(report.failures[0].contains("failed for 5 of 6 tracks"))
  }

  @Test func aFileBesideTheTracks() throws {
    let table = Array("path,label\n".utf8)
    let server = try club.server { request in
      request.path == "/meta/tracks.csv" ? LocalServer.file(table, request) : nil
    }
    defer { server.close() }
    let file = RemoteSource(
      .file, name: "meta/tracks.csv",
      mirrors: [try Fetched.address(server.url("meta/tracks.csv"))],
      checksums: Checksums(size: table.count))
    let fetch = try club.fetch([file], to: folder.path("to"))
    let report = try fetch.run()
    #expect(report.files == ["meta/tracks.csv"] && report.missing.count == 6)
    #expect(try TemporaryFolder.bytes(of: folder.path("to/meta/tracks.csv")) == table)
    #expect(try fetch.run().files.isEmpty)
    #expect(server.requests.count == 1)
  }

  @Test func oneOwnFilesComeFirst() throws {
    let server = try club.server()
    defer { server.close() }
    // Two tracks in another layout, one of which is damaged.
    let (first, second) = (club.manifest.tracks[0].path, club.manifest.tracks[1].path)
    try folder.write(try #require(club.files[first]), "own/genres/\(first)")
    try folder.write(Array("damaged".utf8), "own/genres/\(second)")
    let report = try fetch(server) { $0.own = [folder.path("own")] }.run()
    #expect(report.taken == 1 && report.fetched == 5 && report.missing.isEmpty)
    #expect(!server.requests.map(\.path).contains("/audio/\(first)"))
    #expect(try TemporaryFolder.bytes(of: folder.path("to/\(second)")) == club.files[second])
  }

  @Test func withoutServersNothingIsAsked() throws {
    let server = try club.server()
    defer { server.close() }
    try folder.write(try #require(club.files[club.manifest.tracks[0].path]), "own/blues/t0.wav")
    let report = try fetch(server) { fetch in
      fetch.own = [folder.path("own")]
      fetch.isOffline = true
    }.run()
    #expect(report.taken == 1 && report.missing.count == 5 && server.requests.isEmpty)
  }

  @Test func twoCannotFetchIntoOneFolder() throws {
    let server = try club.server()
    defer { server.close() }
    let other = try FetchFolder(folder.path("to"), downloads: nil)
    let fetch = try fetch(server)
    do {
      _ = try fetch.run()
      Issue.record("both fetch into the folder")
    } catch {
      #expect(error.kind == .busy)
    }
    withExtendedLifetime(other) {}
  }
}

/// A small collection with checksums, and a server that has it.
struct Club {
  let manifest: Manifest
  /// By the paths of the tracks.
  let files: [String: [UInt8]]

  init() throws {
    let folder = try TemporaryFolder()
    var files: [String: [UInt8]] = [:]
    var tracks: [Track] = []
    for index in 0..<6 {
      let label = index % 2 == 0 ? "blues" : "jazz"
      let bytes = Fetched.bytes(3_000 + index, seed: UInt64(index))
      let md5 = try Checksums.digest(of: try folder.write(bytes, "track"), .md5)
      files["\(label)/t\(index).wav"] = bytes
      tracks.append(Track(id: "t\(index)", path: "\(label)/t\(index).wav", label: label, md5: md5))
    }
    self.files = files
    manifest = try Manifest(name: "club", labels: ["blues", "jazz"], tracks: tracks)
  }

  /// A server that has the tracks below `audio/`, but for what `other` answers.
  func server(
    _ other: @escaping @Sendable (LocalServer.Request) -> LocalServer.Response? = { _ in nil }
  ) throws -> LocalServer {
    try LocalServer { [files] request, _ in
      if let response = other(request) { return response }
      guard request.path.hasPrefix("/audio/"), let bytes = files[String(request.path.dropFirst(7))]
      else { return LocalServer.Response(404) }
      return LocalServer.file(bytes, request)
    }
  }

  func fetch(
    _ sources: [RemoteSource], to folder: String, _ change: (inout Fetch) throws -> Void = { _ in }
  ) throws -> Fetch {
    var fetch = Fetch(manifest, from: Remotes(sources: sources), to: folder)
    fetch.patience = Fetched.patience
    fetch.environment = [:]
    try change(&fetch)
    return fetch
  }
}
