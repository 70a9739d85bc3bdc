import Foundation
import Testing

@testable import Training

/// A program predicts for `evaluate` and `predict` with the weights that it handed over.
@Suite struct ExternalPredictionTests {
  private func predict(
    _ run: ExternalRun, _ script: String, checkpoint: String = "weights.good"
  ) throws -> [String: ExternalPrediction.Answer] {
    try ExternalPrediction(
      command: "cd '\(run.folder.path)'\n\(script)", record: run.directory.record,
      checkpoint: "\(run.folder.path)/\(checkpoint)"
    ).run(on: run.source.evaluated)
  }

  private static let say = """
    say() { cp $1.good "$LATHE_RUN_DIR/$1.st"; echo '{"event":"predictions","epoch":1,"side":"'$1'","file":"'$1'.st"}'; }

    """

  @Test func itIsToldWhatToPredict() throws {
    let run = try ExternalRun()
    let answers = try predict(
      run,
      Self.say + """
        env | grep LATHE_ | sort > told; wc -c < "$LATHE_CHECKPOINT" > size; cat > frames
        ls -A "$LATHE_RUN_DIR" | wc -l > others
        say validation; say test
        """)
    #expect(answers.keys.sorted() == ["test", "validation"])
    #expect(answers["test"]?.evaluation.metrics.sliceAccuracy == 1)
    #expect(answers["test"]?.probabilities == [0.5, 0.5])
    func text(_ name: String) throws -> String {
      try String(contentsOfFile: "\(run.folder.path)/\(name)", encoding: .utf8)
    }
    let told = try text("told")
    for line in [
      "LATHE_MODE=predict\n", "LATHE_BATCHES=stream\n",
      "LATHE_SAMPLES={\"test\":6,\"validation\":4}\n", "weights.good\n",
    ] { #expect(told.contains(line), "\(told)") }
    // The run's own folder is not where it writes.
    #expect(!told.contains("LATHE_RUN_DIR=\(run.folder.run)\n"))
    #expect(try text("others").trimmingCharacters(in: .whitespacesAndNewlines) == "0")
    #expect(
      try text("size").trimmingCharacters(in: .whitespacesAndNewlines)
        == "\(try ExternalRun.checkpoint([1, 2]).count)")
    let frames = try Data(contentsOf: URL(fileURLWithPath: "\(run.folder.path)/frames"))
    #expect(frames.range(of: Data("\"side\":\"validation\"".utf8)) != nil)
  }

  @Test(arguments: [
    ("say validation", "after 1 of 2 predictions"), ("exit 3", "status 3"),
    ("say validation; say validation", "was before"), ("say train", "not to be predicted"),
    (
      #"echo '{"event":"epoch","epoch":1,"train":{"loss":1,"accuracy":0}}'"#,
      "it trains, and was asked to predict"
    ),
    (
      "cp test.good $LATHE_RUN_DIR/v.st; echo '{\"event\":\"predictions\",\"epoch\":1,"
        + "\"side\":\"validation\",\"file\":\"v.st\"}'", "rows"
    ),
  ])
  func misdeeds(_ script: String, words: String) throws {
    let run = try ExternalRun()
    let error = try #require(throws: TrainingError.self) {
      try predict(run, Self.say + script)
    }
    #expect(error.kind == .plugin && "\(error)".contains(words), "\(error)")
  }

  @Test func aRunWithoutWeights() throws {
    let run = try ExternalRun()
    let error = try #require(throws: TrainingError.self) {
      try predict(run, "touch started", checkpoint: "none.safetensors")
    }
    #expect(error.kind == .checkpoint && error.subject.hasSuffix("none.safetensors"))
    #expect(!FileManager.default.fileExists(atPath: "\(run.folder.path)/started"))
  }
}
