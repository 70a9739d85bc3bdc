import Foundation
import TestSupport
import Testing

import DatasetCache
import Preparation
import Runs
import Training

// The lines of Sources/Runs/Runs.docc/Running.md.
func trainAndAsk(cachePath: String, run path: String, song: String) throws -> String {
  let cache = try Cache.open(at: cachePath, for: .loading)
  let samples = try DividedSamples.cache(cache, view: .features)
  var choices = RunChoices()
  choices.epochs = 10
  let job = try TrainingJob(TrainingMode(.features), samples, choices)
  _ = try TrainingRun(job, at: path).train()
  let model = try TrainedModel(run: path)
  for side in try RunEvaluation(model, on: samples).sides where side.name == "test" {
    guard side.evaluation.metrics.trackAccuracy > 0.5 else { return "not learnt" }
  }
  var predictor = try FilePredictor(model, in: path)
  return try predictor.predict(song).label
}

/// What the article shows is what is compiled here, and does what it says.
@Suite struct ArticleTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
  }

  @Test func theArticlesRun() throws {
    let article = try text("Sources/Runs/Runs.docc/Running.md")
    let block = try #require(article.components(separatedBy: "```swift\n").dropFirst().first)
    let code = try #require(block.components(separatedBy: "```").first)
    let start = try #require(code.range(of: "func trainAndAsk"))
    #expect(try text("Tests/RunsTests/ArticleTests.swift").contains(code[start.lowerBound...]))
    let music = try PreparedMusic.get()
    let folder = try TemporaryFolder()
    try music.copyCache(to: folder.path("cache"))
    let label = try trainAndAsk(
      cachePath: folder.path("cache"), run: folder.path("run"),
      song: "\(music.audio)/low/t7.wav")
    #expect(label == "low")
  }
}
