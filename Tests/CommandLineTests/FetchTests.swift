import Foundation
import TestSupport
import Testing

/// `lathe fetch` as a user runs it, on a server of this machine.
@Suite struct FetchTests {
  /// Six tracks in two folders.
  private let collection: Collection
  private let manifest: String

  init() throws {
    collection = try Collection(tracks: 6)
    let result = try Program.run(
      "manifest", "create", collection.audio, "--layout", "folders", "--name", "club", "--md5",
      "--output", "\(collection.path)/club.json")
    try #require(result.code == 0)
    manifest = "\(collection.path)/club.json"
  }

  private var target: String { "\(collection.path)/to" }

  private func bytes(_ path: String) throws -> [UInt8] {
    try TemporaryFolder.bytes(of: "\(collection.audio)/\(path)")
  }

  /// A server of the collection's files.
  private func server(
    _ change: @escaping @Sendable (inout LocalServer.Response, Int) -> Void = { _, _ in }
  ) throws -> LocalServer {
    let audio = collection.audio
    return try LocalServer { request, number in
      guard let start = request.path.range(of: "/audio/"),
        let bytes = try? TemporaryFolder.bytes(of: "\(audio)/\(request.path[start.upperBound...])")
      else { return LocalServer.Response(404) }
      var response = LocalServer.file(bytes, request)
      change(&response, number)
      return response
    }
  }

  private func remotes(_ url: String) throws {
    try collection.write(
      Array(
        #"{"schema": "lathe.remotes/1", "sources": [{"kind": "folder", "mirrors": ["\#(url)"]}]}"#
          .utf8), "club.remotes.json")
  }

  private func fetch(
    _ more: String..., environment: [String: String] = [:]
  ) throws -> Program.Result {
    try Program.start(
      ["fetch", manifest, "--to", target] + more, environment: environment
    ).end()
  }

  @Test func whatWasFetchedCanBePrepared() throws {
    let server = try server()
    defer { server.close() }
    try remotes(server.url("audio/"))
    let plan = try fetch("--dry-run")
    #expect(plan.code == 0 && plan.lines.first == "club: 6 tracks, 0 there already, 6 to come")
    #expect(plan.lines.last == "  \(server.url("audio/"))")
    #expect(server.requests.isEmpty && !FileManager.default.fileExists(atPath: target))
    let result = try fetch()
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.lines.first == "6 tracks in \(target): 6 fetched, 0 there before, 0 missing")
    let command = try #require(result.lines.last { $0.hasPrefix("next: lathe prepare ") })
    #expect(command.hasSuffix("--cache club.lathe --manifest \(manifest)"))
    let prepared = try Program.run(
      "prepare", target, "--cache", collection.cache, "--manifest", manifest, "--recipe",
      collection.recipe, "--progress", "none")
    #expect(prepared.code == 0 && prepared.output.hasPrefix("6 tracks"))
    let again = try fetch("--progress", "json")
    #expect(
      again.lines.map { $0.contains(#""event":"began""#) || $0.contains("finished") } == [
        true, true,
      ])
    #expect(again.lines.last?.contains(#""present":6"#) == true)
    #expect(server.requests.count == 6)
  }

  @Test func aKillIsFollowedByTheRest() throws {
    let server = try server { response, number in
      if number == 0 { response.stall = 10_000 }
    }
    defer { server.close() }
    try remotes(server.url("audio/"))
    let first = "blues/t0.wav"
    let running = try Program.start(
      ["fetch", manifest, "--to", target, "--connections", "1", "--only", first])
    let part = "\(target)/\(first).part"
    func size() -> Int { (try? TemporaryFolder.bytes(of: part).count) ?? 0 }
    while running.process.isRunning, size() < 10_000 { usleep(2_000) }
    running.signal(SIGKILL)
    #expect(running.end().wasKilled)
    #expect(!FileManager.default.fileExists(atPath: "\(target)/\(first)"))
    // What is there in part is no track to anybody.
    let listed = try Program.run(
      "prepare", target, "--cache", collection.cache, "--recipe", collection.recipe)
    #expect(listed.code != 0 || listed.output.hasPrefix("0 tracks"))
    let result = try fetch()
    #expect(result.code == 0)
    #expect(try TemporaryFolder.bytes(of: "\(target)/\(first)") == bytes(first))
    #expect(server.requests.contains { $0.range == "bytes=10000-" })
    #expect(!FileManager.default.fileExists(atPath: part))
  }

  @Test func aSignalEndsItAndKeepsWhatHasCome() throws {
    let server = try server { response, number in
      if number == 0 { response.stall = 10_000 }
    }
    defer { server.close() }
    try remotes(server.url("audio/"))
    let running = try Program.start(
      ["fetch", manifest, "--to", target, "--connections", "1", "--progress", "json"])
    let part = "\(target)/blues/t0.wav.part"
    while running.process.isRunning,
      ((try? TemporaryFolder.bytes(of: part).count) ?? 0) < 10_000
    { usleep(2_000) }
    running.signal(SIGINT)
    let result = running.end()
    #expect(result.code == 130 && result.errors.contains("what has come is kept"))
    #expect(result.lines.last?.contains(#""event":"stopped""#) == true)
    #expect(try fetch().code == 0)
    #expect(server.requests.contains { $0.range == "bytes=10000-" })
  }

  @Test func aTrackWithAnotherChecksumEndsItWithThree() throws {
    let server = try server { response, number in
      if number == 0 { response.body[100] ^= 1 }
    }
    defer { server.close() }
    try remotes(server.url("audio/"))
    let result = try fetch("--connections", "1")
    #expect(result.code == 3)
    #expect(result.output.contains("missing: blues/t0.wav has the MD5 "))
    #expect(result.errors.contains("not taken: blues/t0.wav"))
    #expect(!FileManager.default.fileExists(atPath: "\(target)/blues/t0.wav"))
  }

  @Test func aServerThatHasNotAllEndsItWithOne() throws {
    let server = try server { response, number in
      if number == 0 { response = LocalServer.Response(404) }
    }
    defer { server.close() }
    try remotes(server.url("audio/"))
    let result = try fetch("--connections", "1")
    #expect(result.code == 1 && result.errors.contains("answers 404; it is no longer there"))
    #expect(result.output.contains("5 fetched"))
  }

  @Test func aSourceThatFailsIsForgivenWhereAnotherBringsAll() throws {
    let server = try server()
    defer { server.close() }
    let folder = #"{"kind": "folder", "mirrors": ["\#(server.url("audio/"))"]}"#
    let gone = #"{"kind": "archive", "name": "a.zip", "mirrors": ["\#(server.url("a.zip"))"]}"#
    try collection.write(Array(#"{"sources": [\#(gone), \#(folder)]}"#.utf8), "club.remotes.json")
    let result = try fetch()
    #expect(result.code == 0 && result.errors.contains("answers 404"), "\(result.errors)")
    let file = #"{"kind": "file", "name": "a.csv", "mirrors": ["\#(server.url("a.csv"))"]}"#
    try collection.write(Array(#"{"sources": [\#(file), \#(folder)]}"#.utf8), "club.remotes.json")
    #expect(try fetch().code == 1)
  }

  @Test func aFullDiskIsNamedAndTheRunGoesOnLater() throws {
    let server = try server()
    defer { server.close() }
    try remotes(server.url("audio/"))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    // A file of this process may have 8 KiB.
    process.arguments = [
      "-c", "ulimit -f 16; exec \"$0\" \"$@\" 2>\(collection.path)/errors >/dev/null",
      Program.path, "fetch", manifest, "--to", target, "--connections", "1",
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    let errors = try TemporaryFolder.bytes(of: "\(collection.path)/errors")
    #expect(String(decoding: errors, as: UTF8.self).contains("raise the limit of file sizes"))
    #expect(!FileManager.default.fileExists(atPath: "\(target)/blues/t0.wav"))
    #expect(try fetch().code == 0)
    #expect(server.requests.contains { $0.range == "bytes=8192-" })
  }

  /// A proxy is asked for whole URLs; a host that does not exist is reached through it alone.
  @Test func theProxyOfTheEnvironmentIsAsked() throws {
    let server = try server()
    defer { server.close() }
    try remotes("http://files.invalid/audio/")
    let result = try fetch(environment: ["http_proxy": "http://127.0.0.1:\(server.port)"])
    #expect(result.code == 0, "\(result.errors)")
    #expect(server.requests.allSatisfy { $0.path.hasPrefix("http://files.invalid/audio/") })
  }

  @Test func objectsOfAServiceThatSpeaksS3() throws {
    let server = try server()
    defer { server.close() }
    try remotes("s3://bucket/audio/")
    let result = try fetch(
      environment: ["AWS_ENDPOINT_URL": server.url(""), "no_proxy": "127.0.0.1"])
    #expect(result.code == 0, "\(result.errors)")
    #expect(server.requests.allSatisfy { $0.path.hasPrefix("/bucket/audio/") })
  }

  @Test func wrongUsage() throws {
    let nowhere = try fetch()
    #expect(nowhere.code == 2 && nowhere.errors.contains("does not say where it can be had"))
    try remotes("https://example.org/audio")
    let fault = try fetch()
    #expect(fault.code == 1 && fault.errors.contains("end it with /"))
    #expect(try fetch("--mirror", "ftp://a").code == 2)
    #expect(try fetch("--offline").code == 2)
    #expect(try fetch("--connections", "0").code == 2)
    try remotes("https://example.org/audio/")
    let none = try fetch("--only", "rock/*")
    #expect(none.code == 2 && none.errors.contains("the first is blues/t0.wav"))
  }

  @Test func filesOfOnesOwnNeedNoServer() throws {
    let result = try fetch("--from", collection.audio)
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output.contains("6 taken from your files"))
    let wrong = try fetch("--from", "\(collection.path)/absent")
    #expect(wrong.code == 1 && wrong.errors.contains("absent is not there"))
  }

  @Test func whatComesWithLatheCanBeFetched() throws {
    let plan = try Program.run("fetch", "gtzan", "--to", target, "--dry-run", "--progress", "json")
    #expect(plan.code == 0, "\(plan.errors)")
    #expect(plan.output.contains("huggingface.co/datasets/marsyas/gtzan"))
    #expect(plan.output.contains(#""tracks":1000"#))
    // What stands beside the manifests is none.
    let unknown = try Program.run("fetch", "gtzam", "--to", target)
    #expect(unknown.code == 2 && !unknown.errors.contains("gtzan.remotes"))
  }
}
