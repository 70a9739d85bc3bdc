import Corpus
import Foundation
import Networks
import Preparation
import Runs
import TestSupport
import Testing
import Training

/// Runs on tracks with several labels, from a table to the measures.
@Suite struct TaggedRunTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(Self.table(), "tags.csv")
  }

  /// 120 tracks of two rows: "loud" where the first number is above 0, "fast" where the second is, and "rare" of six.
  /// Six others have no label.
  static func table() -> String {
    var random = CounterGenerator(seed: 4, stream: "table")
    func number() -> Double { Double(random.next() >> 11) / Double(1 << 53) * 2 - 1 }
    var lines = ["filename,length,x,y,z,labels"]
    for track in 0..<126 {
      let (x, y) = (number(), number())
      var labels: [String] = []
      if track < 120 {
        if x > 0 { labels.append("loud") }
        if y > 0 { labels.append("fast:0.5") }
        if track.isMultiple(of: 20) || labels.isEmpty { labels.append("rare") }
      }
      for slice in 0..<2 {
        lines.append(
          "t\(track).\(slice).wav,100,\(x + number() / 20),\(y),\(labels.contains("rare") ? 1 : 0),"
            + labels.sorted().joined(separator: "|"))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func job(
    _ trainer: String, epochs: Int = 30, registry: TrainerRegistry = EmbeddedTrainers.registry
  ) throws -> TrainingJob {
    var table = TableChoices()
    table.columns = .all
    table.shares = [0.6, 0.2, 0.2]
    var choices = RunChoices()
    choices.epochs = epochs
    choices.batchSize = 16
    choices.threads = 1
    choices.options = TrainerOptions(
      trainer != "features"
        ? [:]
        : [
          "hidden": "8", "transform": "none", "optimiser": "adamw",
          "learning-rate": "0.01",
        ])
    let samples = try DividedSamples.table(folder.path("tags.csv"), table)
    return try TrainingJob(
      TrainingMode(.features, trainer: trainer), samples, roles: nil, choices,
      registry: registry)
  }

  @Test func theTableSaysWhatLabelsATrackHas() throws {
    let rows = try FeatureRows(parsing: Array(Self.table().utf8))
    #expect(rows.labels == ["fast", "loud", "rare"] && rows.columns == ["x", "y", "z"])
    #expect(rows.trackIDs.count == 126 && rows.rows.allSatisfy { $0.label == -1 })
    let tags = try #require(rows.trackTags)
    #expect(tags.count(where: \.isEmpty) == 6)
    let job = try job("linear")
    // What has no label is on no side.
    #expect(job.record.tracks.values.reduce(0, +) == 120 && job.record.isTagged)
    #expect(job.record.labels == rows.labels && job.source.training.isTagged)
  }

  /// A trainer that hasn't said that it reads the weights of labels would learn from none.
  @Test func aTrainerOfOneLabelIsRefused() throws {
    let kind = TrainerKind("plain", views: ["features"]) { setting throws(TrainingError) in
      throw TrainingError(
        kind: .configuration, subject: "plain", detail: "was made all the same", hint: "")
    }
    var registry = TrainerRegistry()
    registry.add(kind)
    let error = #expect(throws: TrainingError.self) {
      try job("plain", registry: registry)
    }
    #expect(error?.subject == "trainer 'plain'")
    #expect(error?.detail.hasPrefix("it learns one label of each sample") == true)
  }

  @Test(arguments: ["linear", "features"])
  func labelsAreLearntEachOnItsOwn(trainer: String) throws {
    let path = folder.path("run")
    let result = try TrainingRun(try job(trainer), at: path).train()
    let contents = try RunDirectory.contents(at: path)
    #expect(contents.record.tagged == true && contents.result == result)
    for side in ["validation", "test"] {
      let evaluation = try #require(result.evaluations[side])
      let tags = try #require(evaluation.metrics.tags)
      #expect(try #require(tags.macroAveragePrecision) > 0.9)
      #expect(try #require(tags.macroROCAUC) > 0.95 && evaluation.metrics.tracks == 24)
      #expect(evaluation.tags?.labels.count == 3 && evaluation.trackConfusion.labels == 0)
    }
    // The best epoch is the one with the best ranking on the selection side.
    let ranked = contents.epochs.compactMap {
      $0.evaluations["validation"]?.tags?.macroAveragePrecision
    }
    let best = try #require(result.bestEpoch)
    #expect(ranked.count == 30 && ranked[best - 1] == ranked.max())
    let model = try TrainedModel(run: path)
    let measured = try RunEvaluation(
      model, on: DividedSamples.of(model.record, in: path))
    #expect(measured.sides.last?.evaluation == result.evaluations["test"])
  }

  @Test func aRunIsGoneOnWith() throws {
    let whole = try TrainingRun(try job("features", epochs: 4), at: folder.path("whole")).train()
    let cancellation = Cancellation()
    _ = try TrainingRun(try job("features", epochs: 4), at: folder.path("run"))
      .train(progress: Stopping(cancellation), cancellation: cancellation)
    let resumed = try TrainingRun(resuming: folder.path("run")).train()
    #expect(resumed.evaluations == whole.evaluations && resumed.epochs == 4)
  }

  private struct Stopping: TrainingProgress {
    let cancellation: Cancellation

    init(_ cancellation: Cancellation) { self.cancellation = cancellation }

    func report(_ event: TrainingEvent) {
      if case .epochEnded(let record) = event, record.epoch == 2 { cancellation.cancel() }
    }
  }

  @Test func aProgramGetsTheWeightsAndSaysEachProbability() throws {
    // Says half of every label, in the frames' order; 24 tracks of two rows a side.
    let script = """
      import json, os, struct, sys
      labels = json.loads(os.environ["LATHE_LABELS"])
      assert os.environ["LATHE_TAGGED"] == "true"
      sides = {}
      while size := sys.stdin.buffer.read(8):
          frame = sys.stdin.buffer.read(int.from_bytes(size, "little"))
          length = int.from_bytes(frame[:8], "little")
          header = json.loads(frame[8:8 + length])
          assert header["label_distributions"]["shape"][1] == 3
          start = header["label_distributions"]["data_offsets"][0] + 8 + length
          count = header["label_distributions"]["shape"][0]
          weights = struct.unpack(f"<{3 * count}f", frame[start:start + 12 * count])
          assert set(weights) <= {0.0, 0.5, 1.0} and sum(weights) > 0
          def column(name):
              first, last = header[name]["data_offsets"]
              return frame[8 + length + first:8 + length + last]
          side = sides.setdefault(header["__metadata__"]["side"], [b"", b"", b"", 0])
          side[0] += struct.pack(f"<{3 * count}f", *[0.25 + weight / 2 for weight in weights])
          side[1] += column("tracks"); side[2] += column("slices"); side[3] += count
      for name, (chances, tracks, slices, count) in sides.items():
          if name == "train": continue
          head, place = {}, 0
          for key, kind, shape, data in (("probabilities", "F32", [count, 3], chances),
                                         ("tracks", "I64", [count], tracks), ("slices", "I64", [count], slices)):
              head[key] = {"dtype": kind, "shape": shape, "data_offsets": [place, place + len(data)]}
              place += len(data)
          text = json.dumps(head).encode(); text += b" " * (-len(text) % 8)
          with open(os.environ["LATHE_RUN_DIR"] + f"/{name}.st", "wb") as file:
              file.write(len(text).to_bytes(8, "little") + text + chances + tracks + slices)
          print(json.dumps({"event": "predictions", "epoch": 1, "side": name, "file": f"{name}.st"}))
      print(json.dumps({"event": "epoch", "epoch": 1, "train": {"loss": 1, "accuracy": 0}}))
      """
    try folder.write(script, "trainer.py")
    var table = TableChoices()
    table.columns = .all
    table.shares = [0.6, 0.2, 0.2]
    var choices = RunChoices()
    choices.epochs = 1
    choices.batches = .stream
    let samples = try DividedSamples.table(folder.path("tags.csv"), table)
    let job = try TrainingJob(
      TrainingMode(.features, trainer: "exec:python3 '\(folder.path("trainer.py"))'"), samples,
      roles: nil, choices)
    let result = try TrainingRun(job, at: folder.path("run")).train()
    let tags = try #require(result.evaluations["test"]?.metrics.tags)
    // The weights themselves rank every label perfectly.
    #expect(tags.macroAveragePrecision == 1 && tags.macroROCAUC == 1 && tags.labelsLeftOut == 0)
  }
}
