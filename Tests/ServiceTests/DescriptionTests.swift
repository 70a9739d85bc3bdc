import Corpus
import Testing

@testable import Service

extension ServiceTests {
  /// What is answered against what the server says that it answers.
  @Suite struct DescriptionTests {
    /// A request for every operation.
    private static let requests = [
      "health": "/healthz", "readiness": "/readyz", "metrics": "/metrics",
      "description": "/v1/openapi.json", "caches": "/v1/caches",
      "cache": "/v1/caches/music", "quarantine": "/v1/caches/music/quarantine",
      "tracks": "/v1/caches/music/tracks?label=low&side=train",
      "track": "/v1/caches/music/tracks/t1",
      "slices": "/v1/caches/music/tracks/t1/slices?view=waveform",
      "neighbours": "/v1/caches/music/tracks/t1/neighbours",
      "audio": "/v1/caches/music/tracks/t1/audio",
      "peaks": "/v1/caches/music/tracks/t1/peaks?samples=1024",
      "spectrogram": "/v1/caches/music/tracks/t1/spectrogram?view=mel&slice=1&axes=true",
      "waveform": "/v1/caches/music/tracks/t1/waveform?width=100&height=20",
      "values": "/v1/caches/music/tracks/t1/values?view=mel&slice=0",
      "features": "/v1/caches/music/features",
      "splits": "/v1/caches/music/splits",
      "split": "/v1/caches/music/splits/\(ServedMusic.split)",
      "audit": "/v1/caches/music/splits/\(ServedMusic.split)/audit",
      "loader": "/v1/caches/music/loader?view=mel",
      "loaderTrack": "/v1/caches/music/loader/tracks/1?view=mel",
      "batches": "/v1/caches/music/batches?view=mel&count=1", "runs": "/v1/runs",
      "collection": "/v1/caches/music/collection", "map": "/v1/caches/music/map?view=features",
      "likely-mislabelled": "/v1/caches/music/likely-mislabelled",
      "copies": "/v1/caches/music/copies", "overlay": "/v1/caches/music/overlay",
      "jobs": "/v1/jobs", "job-kinds": "/v1/job-kinds", "page": "/?page=map",
      "page-file": "/page/app.js", "plain-caches": "/plain", "plain-tracks": "/plain/music",
    ]

    @Test func everyAnswerIsAsDescribed() async throws {
      try await RunningServer.with { server throws in
        guard case .object(let document) = try server.get("/v1/openapi.json").json(),
          case .object(let paths)? = document["paths"],
          case .object(let components)? = document["components"],
          case .object(let schemas)? = components["schemas"]
        else {
          Issue.record("the description has no paths or schemas")
          return
        }
        #expect(document["openapi"] == "3.1.0")
        let check = SchemaCheck(schemas: schemas)
        // What there is nothing to ask of here, and what CorrectionTests and RunTests ask for.
        var unasked = Set(ServiceOperations.all.map(\.id)).subtracting([
          "run", "outcomes", "confusions", "correct", "take-back", "start-job", "cancel-job", "job",
          "job-log",
          "job-events",
        ])
        for operation in ServiceOperations.all {
          guard let request = Self.requests[operation.id] else { continue }
          unasked.remove(operation.id)
          #expect(paths[operation.path] != nil, "\(operation.path)")
          let reply = try server.get(request)
          #expect(reply.status == 200, "\(request): \(reply.text.prefix(200))")
          let type = reply.headers["content-type"]?.split(separator: ";").first.map(String.init)
          let answer = try #require(
            operation.answers.first { $0.mediaType == type }, "\(request): \(type ?? "")")
          if let schema = answer.schema, let meant = schemas[schema] {
            #expect(check.faults(try reply.json(), meant).isEmpty, "\(request)")
          }
        }
        #expect(unasked.isEmpty)
      }
    }

    @Test func theFileOfCorrectionsIsDescribedToo() async throws {
      try await RunningServer.with { server throws in
        guard case .object(let schemas) = Schemas.all, let schema = schemas["Overlay"] else {
          throw Reply.Unreadable()
        }
        let check = SchemaCheck(schemas: schemas)
        let file = try server.music("/overlay?format=json").json()
        #expect(check.faults(file, schema).isEmpty)
        #expect(!check.faults(.object(["corrections": .array([])]), schema).isEmpty)
      }
    }

    @Test func everyRefusalIsAProblemDocument() async throws {
      let music = "/v1/caches/music"
      let refusals: [(path: String, status: Int, code: String)] = [
        ("/nothing", 404, "notFound"), ("/v1/caches/none", 404, "notFound"),
        ("/v1/caches/..%2F..%2Fetc", 404, "notFound"), ("/v1/caches/%2e%2e", 404, "notFound"),
        ("/v1/caches/%2Fetc", 404, "notFound"), ("/v1/caches/link", 404, "notFound"),
        ("/v1/caches/music%2F..%2Fmusic", 404, "notFound"), ("/v1/caches/inner", 404, "notFound"),
        ("/v1/caches/%00", 400, "request"), ("/v1/caches/%zz", 400, "request"),
        ("/v1/caches/%ff", 400, "request"), ("/v1/caches/%1b%5b31m", 400, "request"),
        ("\(music)/tracks?limit=-1", 400, "configuration"),
        ("\(music)/tracks?limit=1e9", 400, "configuration"),
        ("\(music)/tracks?limit=99999999999999999999", 400, "configuration"),
        ("\(music)/tracks?lable=low", 400, "configuration"),
        ("\(music)/tracks?label=a&label=b", 400, "configuration"),
        ("\(music)/tracks?side=none", 404, "notFound"),
        ("\(music)/tracks/%3Cscript%3E", 404, "notFound"),
        ("\(music)/tracks/\(String(repeating: "x", count: 600))", 404, "notFound"),
        ("\(music)/tracks/t1/slices", 400, "configuration"),
        ("\(music)/tracks/t1/slices?view=none", 404, "notFound"),
        ("\(music)/tracks/t1/audio?slice=99", 404, "notFound"),
        ("\(music)/tracks/t1/values?view=mel&slice=99", 404, "notFound"),
        ("\(music)/tracks/t1/values?view=mel&slice=0&statistic=mean", 400, "configuration"),
        ("\(music)/tracks/t1/values?view=waveform&statistic=mean", 422, "source"),
        ("\(music)/tracks/t1/spectrogram?view=features", 422, "source"),
        ("\(music)/tracks/t1/spectrogram?view=mel&width=NaN", 400, "configuration"),
        ("\(music)/features?view=mel", 422, "source"),
        ("\(music)/splits/none/audit", 404, "notFound"),
        ("\(music)/batches?view=mel&side=none", 404, "notFound"),
        ("\(music)/batches?view=none", 404, "notFound"),
        ("\(music)/batches?view=mel&batch=0", 400, "configuration"),
        (
          "\(music)/batches?view=mel&batch=2147483648&samples_per_epoch=1099511627776", 400,
          "configuration"
        ),
        (
          "\(music)/loader?view=mel&batch=90000000&samples_per_epoch=90000000", 400, "configuration"
        ),
        ("\(music)/batches?view=mel&rank=3&ranks=2", 400, "configuration"),
        ("\(music)/batches?view=mel&position=1000000", 400, "configuration"),
        ("\(music)/batches?view=mel&augmentation=%7B%22no%22%3A1%7D", 400, "configuration"),
        ("\(music)/batches?view=mel&state=%7B%7D", 400, "configuration"),
        ("/v1/runs/none", 404, "notFound"),
        ("/" + String(repeating: "a", count: 17_000), 414, "request"),
      ]
      try await RunningServer.with { server throws in
        let check = SchemaCheck(schemas: [:])
        for (path, status, code) in refusals {
          let reply = try server.get(path)
          #expect(reply.status == status, "\(path.prefix(100)): \(reply.text.prefix(300))")
          #expect(
            reply.headers["content-type"] == "application/problem+json", "\(path.prefix(100))")
          guard case .object(let problem) = try reply.json() else { continue }
          #expect(problem["code"] == .string(code), "\(path.prefix(100)): \(problem)")
          #expect(problem["status"] == .integer(Int64(status)))
          guard case .object(let schemas) = Schemas.all, let schema = schemas["Problem"] else {
            continue
          }
          #expect(check.faults(.object(problem), schema).isEmpty)
        }
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
          let reply = try server.send(method, "/v1/caches", headers: ["Content-Length: 0"])
          #expect(reply.status == 405, "\(method)")
          #expect(reply.headers["allow"] == "GET, HEAD")
        }
        // A method is refused before what its query says.
        #expect(try server.send("TRACE", "/v1/caches?a=1&a=2").status == 405)
        let body = try server.send(
          "GET", "/v1/caches", headers: ["Content-Length: 5"], body: "hello")
        #expect(body.status == 413)
      }
    }
  }
}
