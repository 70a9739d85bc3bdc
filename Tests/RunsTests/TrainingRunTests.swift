import AudioIO
import Corpus
import DatasetCache
import Foundation
import Networks
import Preparation
import Runs
import TestSupport
import Testing
import Training

/// Runs are begun, gone on with, measured and asked from Swift.
@Suite struct TrainingRunTests {
  let open: OpenMusic
  var folder: TemporaryFolder { open.folder }

  init() throws { open = try OpenMusic() }

  @Test func aRunFromSwift() throws {
    let run = try TrainingRun(try open.job(.small(epochs: 20)), at: folder.path("run"))
    let result = try run.train()
    #expect(result.status == .finished && result.epochs == 20)
    let record = try RunDirectory.contents(at: folder.path("run")).record
    #expect(record == run.directory.record)
    #expect(record.trainer == "features" && record.sides.selection == "validation")
    #expect(record.parameters == 57 * 8 + 8 + 8 * 2 + 2)
    #expect(record.split.plan?.division == .ratios([0.5, 0.25, 0.25]))
    #expect(record.split.plan?.name == PreparedMusic.split)
    #expect(record.learntTracks == ["validation": 0, "test": 0] && !record.testsLearntTracks)
    #expect(record.tracks == ["train": 8, "validation": 4, "test": 4])
    let nothing = TrackOverlap(recordings: 0, artists: 0, sharedArtists: 0, unknownArtists: 4)
    #expect(record.overlaps == ["validation": nothing, "test": nothing])
    // What was measured last is what is measured of its weights.
    let model = try TrainedModel(run: folder.path("run"))
    let samples = try open.features()
    let measured = try RunEvaluation(model, on: samples)
    #expect(measured.sides.map(\.name) == ["validation", "test"] && measured.emptySides.isEmpty)
    #expect(measured.sides.map(\.learntTracks) == [0, 0])
    #expect(measured.sides[1].evaluation == result.evaluations["test"])
    // Any classifier separates high tones from low ones.
    #expect(measured.sides[1].evaluation.metrics.trackAccuracy == 1)
    var predictor = try FilePredictor(model, in: folder.path("run"))
    for (file, label) in [("high/t4", "high"), ("low/t5", "low")] {
      let answer = try predictor.predict("\(open.music.audio)/\(file).wav")
      #expect(answer.label == label && answer.slices == 2)
      #expect(abs(answer.probabilities.reduce(0, +) - 1) < 1e-6)
    }
    // The same from archives, and one that is none.
    let entries = try ["high/t4.wav", "low/t5.wav", "low/notes.txt"].map { name in
      MadeArchives.Entry(
        name,
        name.hasSuffix("txt")
          ? [65] : [UInt8](try Data(contentsOf: URL(filePath: "\(open.music.audio)/\(name)"))))
    }
    let tar = MadeArchives.tar(entries)
    try folder.write(tar, "songs.tar")
    try folder.write(MadeArchives.gzip(tar), "songs.tar.gz")
    try folder.write([0x50, 0x4B, 3, 4], "cut.zip")
    let named = NamedAudio(["songs.tar", "songs.tar.gz", "cut.zip", "none.wav"].map(folder.path))
    #expect(named.otherFiles == 2 && named.problems.map(\.subject) == [folder.path("cut.zip")])
    #expect(
      named.files.map(\.name)
        == [
          "songs.tar/high/t4.wav", "songs.tar/low/t5.wav", "songs.tar.gz/high/t4.wav",
          "songs.tar.gz/low/t5.wav", "none.wav",
        ].map(folder.path))
    let answers = try predictor.predict(named.files)
    #expect(answers.dropLast().map { try? $0.get().label } == ["high", "low", "high", "low"])
    #expect(throws: FileSampleError.self) { try answers[4].get() }
  }

  @Test func aRunThatIsGoneOnWith() throws {
    let whole = try TrainingRun(try open.job(), at: folder.path("whole")).train()
    let cancellation = Cancellation()
    let stopping = Stopping(after: 2, cancellation)
    let stopped = try TrainingRun(try open.job(), at: folder.path("run"))
      .train(progress: stopping, cancellation: cancellation)
    #expect(stopped.status == .interrupted && stopped.epochs == 2)
    let resumed = try resume("run").train()
    #expect(resumed.status == .finished && resumed.evaluations == whole.evaluations)
    let weights = try ["run", "whole"].map {
      try Data(contentsOf: URL(fileURLWithPath: folder.path("\($0)/last.safetensors")))
    }
    #expect(weights[0] == weights[1])
  }

  private func resume(_ name: String) throws -> TrainingRun {
    try TrainingRun(
      resuming: folder.path(name),
      on: { _ in try open.features() })
  }

  private final class Stopping: TrainingProgress {
    private let epoch: Int
    private let cancellation: Cancellation

    init(after epoch: Int, _ cancellation: Cancellation) {
      self.epoch = epoch
      self.cancellation = cancellation
    }

    func report(_ event: TrainingEvent) {
      if case .epochEnded(let record) = event, record.epoch == epoch { cancellation.cancel() }
    }
  }

  /// Nothing chooses: the last epoch counts, though the split has a validation side.
  @Test func theLastEpochCanBeTaken() throws {
    let run = try TrainingRun(
      try open.job(selection: SideRoles.noSelection), at: folder.path("run"))
    #expect(run.directory.record.sides == .init(training: "train", test: "test"))
    let result = try run.train()
    #expect(result.bestEpoch == 4 && result.evaluations.keys.sorted() == ["test"])
  }

  /// Once everything is chosen, the side that chose is learnt from too, and the last epoch counts.
  @Test func severalSidesAreLearntFrom() throws {
    let job = try open.job(training: ["train", "validation"])
    #expect(job.record.sides == .init(training: "train+validation", test: "test"))
    #expect(job.record.tracks == ["train+validation": 12, "test": 4])
    #expect(job.record.learntTracks == ["test": 0])
    let result = try TrainingRun(job, at: folder.path("run")).train()
    #expect(result.bestEpoch == 4 && result.evaluations.keys.sorted() == ["test"])
    // Read back, it is measured on what it has not learnt from.
    let measured = try RunEvaluation(
      try TrainedModel(run: folder.path("run")), on: try open.features())
    #expect(measured.sides.map(\.name) == ["test"])
  }

  @Test func patienceIsAFieldOfTheRecord() throws {
    var choices = RunChoices.small(epochs: 1)
    choices.patience = 3
    let run = try TrainingRun(try open.job(choices), at: folder.path("run"))
    #expect(run.directory.record.patience == 3)
    #expect(run.directory.record.options == ["hidden": "8", "transform": "none"])
    _ = try run.train()
    // Records of before kept it among the options of the trainer.
    let text = try folder.text("run/run.json")
    let old = text.replacing("  \"patience\" : 3,\n", with: "")
      .replacing("\"hidden\" : \"8\",", with: "\"hidden\" : \"8\", \"patience-epochs\" : \"5\",")
    #expect(old != text)
    try folder.write(old, "run/run.json")
    let record = try RunDirectory.contents(at: folder.path("run")).record
    #expect(record.patience == 5 && record.options == ["hidden": "8", "transform": "none"])
    _ = try TrainedModel(run: folder.path("run"))
  }

  @Test func theSplitOfAnOlderRecordLiesBesideIt() throws {
    _ = try TrainingRun(try open.job(.small(epochs: 1)), at: folder.path("run"))
    let contents = try RunDirectory.contents(at: folder.path("run"))
    var fields = try #require(
      try JSONSerialization.jsonObject(with: Data(try folder.text("run/run.json").utf8))
        as? [String: Any])
    var split = try #require(fields["split"] as? [String: Any])
    split["plan"] = nil
    fields["split"] = split
    fields["learntTracks"] = nil
    fields["overlaps"] = nil
    try JSONSerialization.data(withJSONObject: fields)
      .write(to: URL(fileURLWithPath: folder.path("run/run.json")))
    let old = try RunDirectory.contents(at: folder.path("run")).record
    #expect(old.split == contents.record.split && old.split.plan?.seed == 1)
    #expect(old.difference(from: contents.record) == nil)
    #expect(old.learntTracks == nil && !old.testsLearntTracks)
    try FileManager.default.removeItem(atPath: folder.path("run/split.json"))
    #expect(try RunDirectory.contents(at: folder.path("run")).record.split.plan == nil)
  }

  /// Under slices, parts of the test tracks are learnt from, and the record says so.
  @Test func leaksAreRecorded() throws {
    let copy = folder.path("cache")
    try open.music.copyCache(to: copy)
    let study = ModeStudy(
      of: .cache(copy), [try small()], by: StudyDivision([.slices], .ratios([0.5, 0.5])),
      output: folder.path("study"))
    let names = try #require(try study.run())
    let record = try RunDirectory.contents(at: names[0]).record
    let learnt = try #require(record.learntTracks?["test"])
    #expect(learnt > 0 && learnt <= record.tracks["test"] ?? 0 && record.testsLearntTracks)
    #expect(record.overlaps?["test"]?.recordings == learnt)
    var old = record
    old.learntTracks = nil
    old.overlaps = nil
    #expect(old.testsLearntTracks)
  }

  private func small(_ name: String? = nil) throws -> ModeStudy.Configuration {
    ModeStudy.Configuration(
      try EmbeddedTrainers.registry.kind(named: "features"), .small(epochs: 1), name: name)
  }

  @Test func aStudyTrainsWhatIsLeft() throws {
    let copy = folder.path("cache")
    try open.music.copyCache(to: copy)
    var study = ModeStudy(
      of: .cache(copy), [try small()], by: StudyDivision([.grouped, .stratified], .folds(2)),
      output: folder.path("study"))
    var events: [ModeStudy.Event] = []
    study.report = { events.append($0) }
    let names = ["features-stratified-fold-1", "features-stratified-fold-2"]
    #expect(try study.run() == names.map { folder.path("study/\($0)") })
    #expect(
      events.count == 3
        && events[1...] == [
          .begins(run: names[0], lacking: []), .begins(run: names[1], lacking: []),
        ])
    guard case .leftOut(.grouped, let reason) = events[0] else {
      Issue.record("grouped was not left out: \(events)")
      return
    }
    #expect(reason.contains("no recordings, artists or copies"))
    events = []
    #expect(try study.run()?.count == 2)
    #expect(events[1...] == [.doneBefore(run: names[0]), .doneBefore(run: names[1])])
    var other = study.division
    other.seed = 2
    study = ModeStudy(of: study.source, study.configurations, by: other, output: study.output)
    let error = try #require(throws: RunError.self) { try study.run() }
    #expect(error.kind == .run && error.detail == "it holds a run with another split")
  }
}
