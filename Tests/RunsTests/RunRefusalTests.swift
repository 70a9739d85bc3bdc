import Corpus
import DatasetCache
import Foundation
import Preparation
import Runs
import TestSupport
import Testing
import Training

/// What cannot be begun or gone on with is refused with an error that says why and what to do.
@Suite struct RunRefusalTests {
  let open: OpenMusic
  var folder: TemporaryFolder { open.folder }

  init() throws { open = try OpenMusic() }

  private func refusal(_ body: () throws -> Void) throws -> RunError {
    try #require(throws: RunError.self, performing: body)
  }

  @Test func splitsAndSides() throws {
    var error = try refusal {
      _ = try DividedSamples.cache(open.cache, view: .features, split: "mine")
    }
    #expect(error.kind == .choice && error.subject == open.cache.path)
    #expect(
      error.detail == "it has no split 'mine'"
        && error.hint
          == "it has \(PreparedMusic.split); make another with: lathe split \(open.cache.path)"
    )
    let samples = try open.features()
    error = try refusal { _ = try samples.samples(["exam"]) }
    #expect(error.kind == .choice && error.hint == "it has train, validation, test")
    for (test, selection, detail) in [
      ("train", nil, "it is learnt from, so it can neither choose nor measure"),
      ("validation", "validation", "it chooses the best epoch, so it cannot measure it"),
    ] {
      error = try refusal {
        _ = try open.job(test: test, selection: selection)
      }
      #expect(error.kind == .choice && error.subject == "side '\(test)'" && error.detail == detail)
    }
    for (training, selection, side) in [
      (["train", "validation"], "validation", "validation"), (["train", "test"], nil, "test"),
      (["train", "exam"], nil, "exam"),
    ] {
      error = try refusal { _ = try open.job(training: training, selection: selection) }
      #expect(error.kind == .choice && error.subject == "side '\(side)'")
    }
  }

  @Test func aCacheWithoutASplit() throws {
    let copy = folder.path("cache")
    try open.music.copyCache(to: copy)
    let cache = try Cache.open(at: copy, for: .writing)
    #expect(try cache.removeSplit(name: PreparedMusic.split))
    let error = try refusal { _ = try DividedSamples.cache(cache, view: .features) }
    #expect(error.kind == .choice && error.detail == "it has no split")
    #expect(error.hint == "make one with: lathe split \(copy)")
  }

  @Test func modesThatAreNone() throws {
    #expect(try TrainingMode(named: "mel-small") == TrainingMode(.mel, trainer: "mel-small"))
    #expect(
      try TrainingMode(named: "mel", trainer: "exec:x") == TrainingMode(.mel, trainer: "exec:x"))
    for (word, trainer) in [("Drums!", nil), ("", nil), ("mel-small", "mel")] {
      let error = try refusal { _ = try TrainingMode(named: word, trainer: trainer) }
      #expect(error.kind == .choice && error.subject == "mode '\(word)'", "\(error)")
    }
  }

  /// A run that somebody else wrote may name any program; nothing is started before somebody says
  /// so.
  @Test func aForeignRunStartsNothingUnasked() throws {
    let samples = try open.features()
    let mark = folder.path("started")
    let command =
      "touch \(mark); echo '{\"event\":\"epoch\",\"epoch\":1,\"train\":"
      + "{\"loss\":1,\"accuracy\":0.5}}'"
    var choices = RunChoices.small(epochs: 1)
    choices.options = TrainerOptions()
    let job = try open.job(choices, trainer: "exec:\(command)", test: "validation")
    _ = try TrainingRun(job, at: folder.path("run"))
    var asked: [String] = []
    func resume(_ mayStart: Bool) throws -> TrainingRun {
      try TrainingRun(
        resuming: folder.path("run"),
        mayStart: {
          asked.append($0)
          return mayStart
        }, on: { _ in samples })
    }
    let error = try refusal { _ = try resume(false) }
    #expect(error.kind == .program && error.subject == folder.path("run"))
    #expect(error.detail == "it would start this program: \(command)")
    #expect(error.hint.contains("--allow-exec") && asked == [command])
    // Who says nothing allows nothing.
    #expect(throws: RunError.self) { try TrainingRun(resuming: folder.path("run")) }
    #expect(!FileManager.default.fileExists(atPath: mark))
    let result = try resume(true).train()
    #expect(result.status == .finished && FileManager.default.fileExists(atPath: mark))
  }

  @Test func samplesOfAnotherSplit() throws {
    let samples = try open.features()
    _ = try TrainingRun(try open.job(), at: folder.path("run"))
    let text = try folder.text("run/run.json")
    try folder.write(text.replacing("\"high\"", with: "\"loud\""), "run/run.json")
    let error = try refusal {
      _ = try TrainingRun(resuming: folder.path("run"), on: { _ in samples })
    }
    #expect(error.kind == .run)
    #expect(error.detail == "its labels are high, low, and the run's loud, low")
  }
}
