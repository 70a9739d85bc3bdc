import Corpus
import Foundation
import Safetensors
import Synchronization
import Testing

@testable import Training

@Suite struct ExternalTrainingTests {
  @Test func aRunIsRecordedLikeAnyOther() throws {
    let run = try ExternalRun()
    let said = Mutex<[String]>([])
    let training = try run.training(
      """
      echo '{"event":"start","parameters":7,"options":{"penalty":"0.1"}}'
      echo hello >&2
      echo '{"event":"progress","epoch":1,"samples":4,"of":15,"loss":0.7,"accuracy":0.5}'
      whole 1; whole 2
      """, output: { line in said.withLock { $0.append(line) } })
    let seen = Seen()
    let result = try training.run(progress: seen)
    #expect(result.status == .finished && result.epochs == 2 && result.message == nil)
    // The second epoch is no better than the first.
    #expect(result.bestEpoch == 1)
    #expect(Set(result.evaluations.keys) == ["validation", "test"])
    #expect(result.evaluations["test"]?.metrics.trackAccuracy == 1)
    #expect(result.evaluations["test"]?.trackConfusion.counts == [[1, 0], [0, 1]])
    #expect(abs((result.evaluations["test"]?.metrics.loss ?? 0) + log(0.75)) < 1e-6)

    let contents = try RunDirectory.contents(at: run.folder.run, withOutcomes: true)
    #expect(contents.result == result && contents.remarks.isEmpty)
    #expect(contents.record.parameters == 7)
    #expect(contents.record.options == ["rate": "0.01", "penalty": "0.1"])
    #expect(
      contents.epochs.map(\.epoch) == [1, 2] && contents.epochs.map(\.isBest) == [true, false])
    #expect(contents.epochs[0].train == .init(loss: 0.5, accuracy: 0.75))
    #expect(
      try run.folder.names() == [
        "run.json", "metrics.jsonl", "result.json", "run.lock", "best.safetensors",
        "last.safetensors", "predictions.csv",
      ])
    #expect(said.withLock(\.self) == ["hello"])
    #expect(
      seen.names.withLock(\.self) == ["began", "advanced 4/15", "epoch 1", "epoch 2", "ended"])
  }

  private final class Seen: TrainingProgress, Sendable {
    let names = Mutex<[String]>([])

    func report(_ event: TrainingEvent) {
      let name =
        switch event {
        case .began: "began"
        case .advanced(let advance): advance.step == 1 && advance.steps == 4 ? "advanced 4/15" : "?"
        case .epochEnded(let epoch): "epoch \(epoch.epoch)"
        case .ended: "ended"
        }
      names.withLock { $0.append(name) }
    }
  }

  @Test func itIsToldWhatToTrain() throws {
    let run = try ExternalRun(epochs: 1, hasSelection: false)
    let result = try run.training("env | grep ^LATHE_ | sort > told; whole 1").run()
    #expect(result.status == .finished && result.bestEpoch == 1)
    let told = try String(contentsOfFile: "\(run.folder.path)/told", encoding: .utf8)
    let path = try #require(
      URL(fileURLWithPath: run.folder.run).path.isEmpty ? nil : run.folder.run)
    for line in [
      "LATHE_AUGMENTATION=", "LATHE_BATCHES=none", "LATHE_BATCH_SIZE=4",
      "LATHE_CACHE=/music/gtzan.lathe", "LATHE_EPOCHS=1",
      #"LATHE_LABELS=["blues","rock & \"roll\""]"#, "LATHE_NORMALISATION=",
      #"LATHE_OPTIONS={"rate":"0.01"}"#, "LATHE_RUN_DIR=\(path)", "LATHE_SAMPLE_SHAPE=[3]",
      #"LATHE_SAMPLE_AXES=[]"#,
      #"LATHE_SAMPLES={"test":6,"train":15}"#,
      "LATHE_SEED=18446744073709551615", "LATHE_SELECTION_SIDE=", "LATHE_SPLIT=s",
      "LATHE_TEST_SIDE=test", "LATHE_TRAINING_SIDE=train", "LATHE_VIEW=features",
    ] {
      #expect(told.split(separator: "\n").contains(Substring(line)), "\(line)")
    }
  }

  @Test func theBestEpochIsKeptAndTheLastOne() throws {
    let run = try ExternalRun(epochs: 3)
    try run.write(try run.predictions("validation") { p, _, _ in p = p.map { 1 - $0 } }, "bad.good")
    for number in 1...3 {
      try run.write(try ExternalRun.checkpoint([Float(number)]), "w\(number).good")
    }
    let result = try run.training(
      """
      for i in 1 2 3; do
        cp bad.good "$LATHE_RUN_DIR/v$i"; [ $i != 2 ] || put validation.good v2
        echo '{"event":"predictions","epoch":'$i',"side":"validation","file":"v'$i'"}'
        predict test $i; put w$i.good w$i; epoch $i ',"checkpoint":"w'$i'"'
      done
      """
    ).run()
    #expect(result.bestEpoch == 2 && result.evaluations["validation"]?.metrics.trackAccuracy == 1)
    func weight(_ name: String) throws -> [Float]? {
      try TensorFile(reading: "\(run.folder.run)/\(name)")["weight"]?.floats
    }
    #expect(try weight("best.safetensors") == [2] && weight("last.safetensors") == [3])
  }

  @Test func itMayStopEarly() throws {
    let run = try ExternalRun(epochs: 5)
    let result = try run.training(
      #"whole 1; echo '{"event":"end","status":"stoppedEarly","message":"enough"}'"#
    ).run()
    #expect(result.status == .stoppedEarly && result.epochs == 1 && result.message == "enough")
  }

  @Test func itIsStoppedEarly() throws {
    let run = try ExternalRun(epochs: 1_000)
    let training = try ExternalTraining(
      command: try run.training("i=1; while whole $i; do i=$((i+1)); sleep 0.1; done").command,
      run: run.directory, source: run.source, patience: 1)
    let result = try training.run()
    #expect(result.status == .stoppedEarly && result.bestEpoch == 1)
    #expect((2..<100).contains(result.epochs))
  }

  @Test func patienceThatEndsWithTheLastEpochStopsNobody() throws {
    let run = try ExternalRun(epochs: 3)
    let training = try ExternalTraining(
      command: try run.training("whole 1; whole 2; whole 3; sleep 0.3").command,
      run: run.directory, source: run.source, patience: 2)
    #expect(try training.run().status == .finished)
  }

  @Test func whoStopsAProgramThatIsDoneLosesNothing() throws {
    let run = try ExternalRun(epochs: 1)
    let cancellation = Cancellation()
    let training = try run.training("whole 1; sleep 60")
    let watch = CancelAfterEpoch(cancellation)
    let result = try training.run(progress: watch, cancellation: cancellation)
    #expect(result.status == .finished && result.epochs == 1)
  }

  private final class CancelAfterEpoch: TrainingProgress, Sendable {
    private let cancellation: Cancellation

    init(_ cancellation: Cancellation) { self.cancellation = cancellation }

    func report(_ event: TrainingEvent) {
      if case .epochEnded = event { cancellation.cancel() }
    }
  }

  @Test func theTestSideMayBeMissing() throws {
    let run = try ExternalRun(epochs: 1)
    let result = try run.training("predict validation 1; epoch 1").run()
    #expect(result.status == .finished)
    #expect(result.message == "epoch 1, the best, came without predictions of 'test'")
  }

  @Test func aGrandchildThatHoldsThePipesIsNotWaitedFor() throws {
    let run = try ExternalRun()
    let began = ContinuousClock.now
    let result = try run.training("sleep 60 & echo $! > child; whole 1; whole 2").run()
    #expect(result.status == .finished)
    #expect(ContinuousClock.now - began < .seconds(30))
    #expect(try run.isGone("child"))
  }

  @Test func muchOnStandardErrorStopsNobody() throws {
    let run = try ExternalRun()
    let bytes = Mutex(0)
    let result = try run.training(
      "head -c 3000000 /dev/zero | tr '\\0' x >&2; whole 1; yes | head -c 300000 >&2; whole 2",
      output: { line in bytes.withLock { $0 += line.utf8.count } }
    ).run()
    #expect(result.status == .finished)
    #expect(bytes.withLock(\.self) == 3_000_000 + 150_000)
  }

  @Test func itsInputNeedNotBeRead() throws {
    // Far more than the pipe holds.
    let run = try ExternalRun(sampleLength: 100_000)
    let result = try run.training("whole 1; whole 2", batches: .stream).run()
    #expect(result.status == .finished)
    let closing = try ExternalRun(sampleLength: 100_000)
    let closed = try closing.training(
      "head -c 9 > /dev/null; exec <&-; sleep 0.3; whole 1; whole 2", batches: .stream
    ).run()
    #expect(closed.status == .finished)
  }

  @Test func signalsHaveTheirUsualEffectInIt() throws {
    // As `lathe train` does, so that it can stop in its own time.
    signal(SIGUSR2, SIG_IGN)
    defer { signal(SIGUSR2, SIG_DFL) }
    let run = try ExternalRun()
    let error = try run.failure("kill -USR2 $$; sleep 5")
    #expect(error?.detail.contains("was killed by signal 12 after 0 of 2 epochs") == true)
  }

  @Test func aCommandIsNeeded() throws {
    let run = try ExternalRun()
    #expect(throws: TrainingError.self) {
      try ExternalTraining(command: "  ", run: run.directory, source: run.source)
    }
  }
}
