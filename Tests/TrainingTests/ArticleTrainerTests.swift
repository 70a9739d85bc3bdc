import Corpus
import DataLoading
import Foundation
import TestSupport
import Testing

@testable import Training

/// The trainer that the article on adding one shows is the one that is tested here, and it works.
@Suite("The trainer of the article")
struct ArticleTrainerTests {
  private static let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  @Test("The article shows it as it is")
  func isShown() throws {
    let article = try String(
      contentsOf: Self.here.appending(
        path: "../../Sources/Training/Training.docc/AddingATrainer.md"), encoding: .utf8)
    let source = try String(
      contentsOf: Self.here.appending(path: "NearestMean.swift"), encoding: .utf8)
    #expect(article.contains("```swift\n" + source + "```"))
  }

  @Test("It learns, is recorded and predicts the same from its checkpoint")
  func works() throws {
    let folder = try TemporaryFolder()
    let samples = try Self.samples()
    let source = try TrainingSource(training: samples, evaluated: [.init("test", samples)])
    var registry = TrainerRegistry()
    registry.add(NearestMean.kind)
    let kind = try registry.kind(named: "nearest-mean")
    let setting = TrainerSetting(sampleShape: samples.shape, labels: samples.labels)
    var configuration = SessionConfiguration()
    configuration.epochs = kind.defaults.epochs
    let record = RunRecord(
      trainer: kind.name, view: "features",
      source: .init(kind: .csv, path: "", identity: samples.identity),
      split: .init(name: "all", policy: "stratified", fingerprint: "", sides: ["train", "test"]),
      sides: .init(training: "train", test: "test"), labels: samples.labels,
      sampleShape: samples.shape, seed: 1, epochs: 1, batchSize: 64, threads: 1, lathe: "test",
      startedAt: "2026-01-01T00:00:00Z")
    let directory = try RunDirectory.create(at: folder.path("run"), record: record)
    let result = try TrainingSession(
      kind.make(setting), source, configuration, directory: directory
    ).run()
    #expect(result.status == .finished)
    #expect(try #require(result.evaluations["test"]).metrics.sliceAccuracy > 0.9)
    let again = try kind.make(setting)
    try again.restore(
      weights: TensorFile(reading: directory.path(of: RunDirectory.File.best)))
    let evaluation = try Prediction(again, LoaderConfiguration()).evaluation(of: samples)
    #expect(evaluation == result.evaluations["test"])
  }

  /// Two clouds of points, which hardly overlap.
  private static func samples() throws -> MemorySamples {
    var generator = CounterGenerator(seed: 1)
    let rows = (0..<200).map { MemorySamples.Row(label: $0 % 2, track: $0, slice: 0) }
    let values = rows.flatMap { row in
      (0..<3).map { _ in Float(generator.next(below: 1_000)) / 500 + Float(row.label) }
    }
    return try MemorySamples(
      name: "clouds", identity: "clouds", shape: [3], labels: ["a", "b"],
      trackIDs: rows.map { "track \($0.track)" }, rows: rows, values: values)
  }
}
