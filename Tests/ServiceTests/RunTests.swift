import Corpus
import Foundation
import TestSupport
import Testing
import Training

@testable import Service

extension ServiceTests {
  /// Runs over the network, and the likely wrong labels that they tell of.
  @Suite struct RunTests {
    private static let labels = ["high", "low"]

    private static func record(learnt: Int = 0) -> RunRecord {
      RunRecord(
        trainer: "mlp", view: "features",
        source: .init(kind: .cache, path: "/elsewhere/music", identity: "ab"),
        split: .init(
          name: ServedMusic.split, policy: "stratified", fingerprint: "cd",
          sides: ["train", "validation", "test"]),
        sides: .init(training: "train", selection: "validation", test: "test"), labels: labels,
        sampleShape: [57], seed: 1, epochs: 300, batchSize: 8, threads: 1,
        learntTracks: ["test": learnt], lathe: "0.1", startedAt: "2026-01-01T00:00:00Z")
    }

    /// A run that took t0 and t1 for what they are not, t0 more surely, and t2 for what it is.
    private static func write(_ folder: String, learnt: Int = 0, epochs: Int = 0) throws {
      try FileManager.default.createDirectory(
        atPath: URL(fileURLWithPath: folder).deletingLastPathComponent().path,
        withIntermediateDirectories: true)
      let run = try RunDirectory.create(at: folder, record: record(learnt: learnt))
      for epoch in 0..<epochs {
        try run.append(
          EpochRecord(
            epoch: epoch + 1, train: .init(loss: 1, accuracy: 0.5), evaluations: [:],
            learningRate: 0.1, seconds: 1, trainSeconds: 1, loaderSeconds: 0, samplesPerSecond: 1,
            isBest: false))
      }
      let names = ["t0", "t1", "t2", "gone"]
      var evaluation = Evaluation(labels: 2) { names[$0] }
      let chances: [[Float]] = [[0.25, 0.75], [0.625, 0.375], [0.7, 0.3], [0.2, 0.8]]
      for (track, chances) in chances.enumerated() {
        try evaluation.add(track: track, slice: 0, label: track % 2, probabilities: chances)
      }
      try run.finish(
        ResultRecord(
          status: .finished, epochs: epochs, bestEpoch: epochs > 0 ? 1 : nil, seconds: 1,
          evaluations: ["test": try evaluation.finish()]))
    }

    private func serve(
      _ body: @escaping @Sendable (RunningServer, String) throws -> Void
    ) async throws {
      let folder = try TemporaryFolder()
      try FileManager.default.copyItem(
        atPath: try ServedMusic.get().copy, toPath: folder.path("music"))
      try await RunningServer.with {
        $0.root = folder.path
      } _: {
        try body($0, folder.path)
      }
    }

    private static func faults(_ reply: Reply, _ schema: String) throws -> [String] {
      guard case .object(let schemas) = Schemas.all, let meant = schemas[schema] else {
        return ["there is no schema \(schema)"]
      }
      return SchemaCheck(schemas: schemas).faults(try reply.json(), meant)
    }

    @Test func outcomesAreThoseOfTheRun() async throws {
      try await serve { server, root in
        try Self.write("\(root)/runs/one")
        let all = try server.get("/v1/runs/runs%2Fone/outcomes")
        #expect(try Self.faults(all, "Outcomes").isEmpty)
        #expect(all.text.matches(of: /"track":/).count == 4, "\(all.text)")
        let some = try server.get(
          "/v1/runs/runs%2Fone/outcomes?side=test&label=high&predicted=low&limit=1")
        #expect(some.text.contains(#""totals":{"test":1}"#), "\(some.text)")
        #expect(some.text.contains(#""label":"high","predicted":"low","probability":0.75"#))
        let next = try server.get("/v1/runs/runs%2Fone/outcomes?offset=3&limit=7")
        #expect(next.text.matches(of: /"track":/).count == 1)
        let cells = try server.get("/v1/runs/runs%2Fone/confusions?side=test")
        #expect(try Self.faults(cells, "Confusions").isEmpty)
        #expect(cells.text.contains(#""total":4"#), "\(cells.text)")
        let wrong = try server.get("/v1/runs/runs%2Fone/confusions?side=test&wrong=true")
        #expect(wrong.text.contains(#"{"label":"high","predicted":"low","tracks":1}"#))
        #expect(wrong.text.contains(#""total":2"#))
        #expect(try server.get("/v1/runs/runs%2Fone/confusions?side=none").status == 404)
      }
    }

    @Test func aBriefRunHasNoMatricesAndFewEpochs() async throws {
      try await serve { server, root in
        try Self.write("\(root)/one", epochs: 250)
        let whole = try server.get("/v1/runs/one")
        let brief = try server.get("/v1/runs/one?brief=true")
        for reply in [whole, brief] { #expect(try Self.faults(reply, "Run").isEmpty) }
        #expect(whole.text.matches(of: /"epoch":/).count == 250)
        #expect(brief.text.matches(of: /"epoch":/).count == 200)
        #expect(brief.text.contains(#""epoch":1,"#) && brief.text.contains(#""epoch":250,"#))
        #expect(!whole.text.contains(#""trackConfusion":[]"#))
        #expect(brief.text.contains(#""trackConfusion":[]"#))
        #expect(brief.text.contains(#""trackAccuracy":0.5"#), "\(brief.text)")
      }
    }

    @Test func likelyWrongLabelsAreTheSurestFirst() async throws {
      try await serve { server, root in
        let path = "/v1/caches/music/likely-mislabelled"
        #expect(try server.get(path).text.contains(#""runs":0"#))
        try Self.write("\(root)/runs/one")
        // One that had learnt what it was tested on tells nothing.
        try Self.write("\(root)/runs/two", learnt: 2)
        // Folders of runs are looked for once a second.
        var reply = try server.get(path)
        for _ in 0..<40 where !reply.text.contains("t0") {
          usleep(100_000)
          reply = try server.get(path)
        }
        #expect(try Self.faults(reply, "MislabelledList").isEmpty)
        #expect(reply.text.contains(#""total":2"#), "\(reply.text)")
        let first = try #require(reply.text.firstRange(of: #""track":"t0""#)).lowerBound
        #expect(first < (try #require(reply.text.firstRange(of: #""track":"t1""#)).lowerBound))
        #expect(reply.text.contains(#""probability":0.75,"#) && reply.text.contains(#""wrong":1"#))
        let map = try server.get("/v1/caches/music/map?view=features&limit=1").text
        #expect(map.contains(#""doubtful":1"#) && map.contains(#""track":"t0""#), "\(map)")
        let page = try server.get("\(path)?offset=1&limit=1").text
        #expect(page.contains(#""track":"t1""#) && !page.contains(#""track":"t0""#))
      }
    }
  }
}
