import Corpus
import Foundation
import TestSupport
import Testing

@testable import Service

extension ServiceTests {
  /// What is written over the network: corrections and jobs, and who may write them.
  @Suite struct CorrectionTests {
    private let path = "/v1/caches/music/overlay"

    private func post(
      _ server: RunningServer, _ path: String, _ body: String, type: String? = "application/json",
      headers: [String] = []
    ) throws -> Reply {
      try server.send(
        "POST", path,
        headers: headers + (type.map { ["Content-Type: \($0)"] } ?? [])
          + ["Content-Length: \(body.utf8.count)"], body: body)
    }

    /// A server over a root of its own, which holds a copy of the cache.
    private func serve<Output: Sendable>(
      _ body: @escaping @Sendable (RunningServer, String) throws -> Output
    )
      async throws
      -> Output
    {
      let folder = try TemporaryFolder()
      try FileManager.default.copyItem(
        atPath: try ServedMusic.get().copy, toPath: folder.path("music"))
      return try await RunningServer.with {
        $0.root = folder.path
      } _: {
        try body($0, folder.path)
      }
    }

    /// What of an answer is not as a schema says.
    private func faults(_ reply: Reply, _ schema: String) throws -> [String] {
      guard case .object(let schemas) = Schemas.all, let meant = schemas[schema] else {
        return ["there is no schema \(schema)"]
      }
      return SchemaCheck(schemas: schemas).faults(try reply.json(), meant)
    }

    @Test func correctionsAreAnOverlayThatPreparationReads() async throws {
      try await serve { server, root in
        let first = try post(
          server, path, #"{"track": "t1", "labels": ["high"], "author": "<Ada>"}"#)
        #expect(first.status == 201, "\(first.text)")
        #expect(try faults(first, "KeptCorrection").isEmpty)
        #expect(try post(server, path, #"{"track": "t2", "flag": "odd"}"#).status == 201)
        let file = FileManager.default.contents(atPath: "\(root)/music.overlay.json") ?? Data()
        let overlay = try CollectionOverlay.decode([UInt8](file))
        #expect(overlay.corrections.map(\.track) == ["t1", "t2"])
        #expect(overlay.corrections[0].author == "<Ada>" && overlay.corrections[0].time != nil)
        let table = try server.get("\(path)?format=csv")
        #expect(try CollectionOverlay.decode(table.body) == overlay)
        let json = try server.get("\(path)?format=json")
        #expect(try CollectionOverlay.decode(json.body) == overlay)
        let newest = try server.get("\(path)?offset=1&limit=5")
        #expect(newest.text.contains(#""offset":1,"total":2"#), "\(newest.text)")
        #expect(newest.text.contains("t2") && !newest.text.contains("t1"))
        #expect(try faults(newest, "Overlay").isEmpty)
        #expect(try server.send("DELETE", "\(path)/0").status == 204)
        #expect(try server.send("DELETE", "\(path)/7").status == 404)
        #expect(try server.get(path).text.contains(#""track":"t2""#))
        #expect(try !server.get(path).text.contains(#""track":"t1""#))
      }
    }

    @Test func whatIsNoCorrectionIsRefused() async throws {
      try await serve { server, _ in
        let sound = #"{"track": "t1", "flag": "x"}"#
        #expect(try post(server, path, #"{"track": "nobody", "flag": "x"}"#).status == 422)
        #expect(try post(server, path, #"{"track": "t1", "lables": []}"#).status == 422)
        #expect(try post(server, path, "{").status == 422)
        #expect(try post(server, path, sound, type: "text/plain").status == 415)
        #expect(try post(server, path, sound, type: nil).status == 415)
        let other = try post(server, path, sound, headers: ["Origin: http://elsewhere"])
        #expect(other.status == 403)
        let long = #"{"track": "t1", "flag": "\#(String(repeating: "x", count: 70_000))"}"#
        #expect(try post(server, path, long).status == 413)
        #expect(try server.send("PUT", path).headers["allow"] == "GET, HEAD, POST")
        #expect(try server.get(path).text.contains(#""corrections":[]"#))
      }
    }

    @Test func jobsAreTakenOnAndFollowed() async throws {
      try await serve { server, _ in
        let refused = try post(server, "/v1/jobs", #"{"kind": "rm", "fields": {}}"#)
        #expect(refused.status == 422 && refused.text.contains("prepare, split, audit"))
        let taken = try post(
          server, "/v1/jobs", #"{"kind": "verify", "fields": {"cache": "music"}}"#)
        #expect(taken.status == 202 && taken.headers["location"] == "/v1/jobs/1")
        #expect(try faults(taken, "Job").isEmpty)
        let events = try server.get("/v1/jobs/1/events")
        #expect(events.headers["content-type"] == "text/event-stream")
        #expect(events.text.contains("event: ended\n"))
        // Only what was said last, from the beginning of a line on.
        let log = try server.get("/v1/jobs/1/log").body
        let last = log.dropLast().split(separator: UInt8(ascii: "\n")).last ?? []
        let tail = try server.get("/v1/jobs/1/events?tail=\(last.count + 2)").text
        #expect(tail.matches(of: /event: line/).count == (log.isEmpty ? 0 : 1), "\(tail)")
        #expect(tail.contains("data: \(String(decoding: last, as: UTF8.self))\n"), "\(tail)")
        let all = try server.get("/v1/jobs/1/events?tail=\(log.count)").text
        #expect(all == events.text)
        #expect(try faults(server.get("/v1/jobs/1"), "Job").isEmpty)
        #expect(try server.get("/v1/jobs/1/log").status == 200)
        #expect(try server.get("/v1/jobs/2").status == 404)
        #expect(try server.get("/v1/jobs/-1").status == 404)
      }
    }

    @Test func thePageIsServed() async throws {
      try await RunningServer.with { server in
        let page = try server.get("/?track=%3Cscript%3E")
        #expect(page.status == 200 && page.text.hasPrefix("<!doctype html>"))
        #expect(page.headers["content-security-policy"]?.contains("default-src 'none'") == true)
        #expect(!page.text.contains("<script>"))
        #expect(
          try server.get("/page/app.js").headers["content-type"] == "text/javascript; charset=utf-8"
        )
        #expect(try server.get("/page/..%2Fapp.js").status == 404)
        #expect(try server.music("/map?view=features").text.contains(#""columns":57"#))
        #expect(try server.music("/collection").text.contains(#""name":"high""#))
      }
    }
  }
}
