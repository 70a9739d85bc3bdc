import Foundation
import Testing

/// Runs that are stopped or killed and gone on with end as if nothing had happened.
@Suite struct TrainResumeTests {
  let runs: TrainingRuns
  static let epochs = 60

  init() throws { runs = try TrainingRuns() }

  private func start(_ arguments: [String]) throws -> Program.Running {
    try Program.start(arguments, in: runs.folder)
  }

  private func begin(_ name: String) throws -> Program.Running {
    try start(
      runs.arguments(name, epochs: Self.epochs, ["--progress", "json", "--set", "averaging=0.9"]))
  }

  private func resume(_ name: String) throws -> Program.Running {
    try start(["train", "--resume", runs.path(name), "--progress", "json"])
  }

  private func expectWhole(_ name: String) throws {
    let whole = try begin("whole").end()
    #expect(whole.code == 0, "\(whole.errors)")
    let resumed = try resume(name).end()
    #expect(resumed.code == 0 && resumed.errors.isEmpty, "\(resumed.errors)")
    #expect(resumed.lines.last?.contains(#""status":"finished""#) == true)
    #expect(try runs.outcome(name) == runs.outcome("whole"))
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func stoppedBySignals(_ signal: Int32) throws {
    let running = try begin("run")
    running.wait(for: #""event":"epoch""#, times: 2)
    running.signal(signal)
    let result = running.end()
    #expect(result.code == 130 && !result.wasKilled, "\(result.errors)")
    #expect(result.errors.contains("stopping after this step"))
    #expect(result.lines.last?.contains(#""status":"interrupted""#) == true)
    #expect(FileManager.default.fileExists(atPath: "\(runs.path("run"))/state.safetensors"))
    try expectWhole("run")
  }

  @Test func killedBeforeItsFirstState() throws {
    let running = try begin("run")
    running.wait(for: #""event":"epoch""#, times: 2)
    running.signal(SIGKILL)
    #expect(running.end().wasKilled)
    try expectWhole("run")
  }

  @Test func stoppedThenKilledThenStopped() throws {
    var running = try begin("run")
    for signal in [SIGINT, SIGKILL, SIGTERM, SIGKILL] {
      running.wait(for: #""event":"epoch""#, times: 2)
      running.signal(signal)
      let result = running.end()
      #expect(result.wasKilled == (signal == SIGKILL))
      running = try resume("run")
    }
    running.signal(SIGKILL)
    _ = running.end()
    try expectWhole("run")
  }

  @Test func peopleAreToldHowToGoOn() throws {
    let running = try start(
      runs.arguments("run", epochs: Self.epochs, ["--progress", "plain"]))
    let metrics = "\(runs.path("run"))/metrics.jsonl"
    while running.process.isRunning, !FileManager.default.fileExists(atPath: metrics) {
      usleep(2_000)
    }
    running.signal(SIGINT)
    let result = running.end()
    #expect(result.code == 130)
    #expect(result.output.contains("lathe train --resume \(runs.path("run"))"), "\(result.output)")
    let resumed = try runs.run("train", "--resume", runs.path("run"))
    #expect(resumed.code == 0 && resumed.errors.hasPrefix("going on after epoch "))
  }

  @Test func oneProcessAtATime() throws {
    let running = try begin("run")
    running.wait(for: #""event":"epoch""#, times: 1)
    let second = try runs.run("train", "--resume", runs.path("run"))
    expectOneLine(
      second, "process \(running.process.processIdentifier) is writing this run", "wait until")
    let other = try Program.start(runs.arguments("run"), in: runs.folder).end()
    expectOneLine(other, "it holds a run already", "resume it, or take another folder")
    // Whoever reads is not in the way.
    #expect(try runs.run("report", runs.path("run"), "--output", runs.path("r.html")).code == 0)
    #expect(running.end().code == 0)
  }

  @Test func aFinishedRunIsDone() throws {
    try runs.train("run")
    let before = try runs.outcome("run")
    let result = try runs.file("run", "result.json")
    let again = try runs.run("train", "--resume", runs.path("run"))
    #expect(again.code == 0 && again.errors.contains("nothing is left to train"), "\(again.errors)")
    #expect(again.output.contains("3 epochs in "))
    #expect(try runs.outcome("run") == before && runs.file("run", "result.json") == result)
  }

  /// Of a run that goes on nothing can be changed but where its samples lie.
  @Test(arguments: [
    ["features"], ["--epochs", "9"], ["--seed", "2"], ["--set", "hidden=9"], ["--output", "x"],
    ["--split", "s"], ["--batch", "3"], ["--threads", "3"], ["--trainer", "features"],
    ["--patience", "3"], ["--test", "test"], ["--augment", "none"], ["--normalise", "none"],
  ])
  func optionsOfARunAreFixed(_ options: [String]) throws {
    let result = try Program.start(
      ["train"] + options + ["--resume", runs.path("run")], in: runs.folder
    ).end()
    #expect(result.code == 2 && result.output.isEmpty)
    #expect(result.errors.contains("--resume goes on with a run as it was begun"))
    #expect(result.errors.contains(options[0] == "features" ? "features" : options[0]))
  }

  @Test func aCacheThatWasMoved() throws {
    let moved = runs.path("moved")
    try FileManager.default.copyItem(atPath: runs.cache, toPath: moved)
    var arguments = runs.arguments("run", epochs: Self.epochs, ["--progress", "json"])
    arguments[3] = moved
    let running = try start(arguments)
    running.wait(for: #""event":"epoch""#, times: 1)
    running.signal(SIGINT)
    #expect(running.end().code == 130)
    try FileManager.default.moveItem(atPath: moved, toPath: runs.path("elsewhere"))
    expectOneLine(try runs.run("train", "--resume", runs.path("run")), moved)
    let found = try runs.run(
      "train", "--resume", runs.path("run"), "--cache", runs.path("elsewhere"), "--progress", "none"
    )
    #expect(found.code == 0, "\(found.errors)")
    expectOneLine(try runs.run("evaluate", runs.path("run")), moved)
    #expect(try runs.run("evaluate", runs.path("run"), "--cache", "elsewhere").code == 0)
  }

  /// A program that trains is started again, told what is done, and where the cache is now.
  @Test func anotherProgramGoesOn() throws {
    let moved = runs.path("moved")
    try FileManager.default.copyItem(atPath: runs.cache, toPath: moved)
    let command =
      #"n=$((LATHE_EPOCHS_DONE+1)); echo "cache $LATHE_CACHE" >&2; "#
      + #"echo '{"event":"epoch","epoch":'$n',"train":{"loss":1,"accuracy":0.5}}'; [ $n = 2 ]"#
    let first = try runs.run(
      "train", "features", "--cache", moved, "--output", "run", "--epochs", "2", "--test",
      "validation", "--trainer", "exec:\(command)", "--progress", "none")
    #expect(first.code == 1 && first.errors.contains("status 1 after 1 of 2 epochs"))
    let elsewhere = runs.path("elsewhere")
    try FileManager.default.moveItem(atPath: moved, toPath: elsewhere)
    // What a run's folder names as its program is not started unasked.
    let unasked = try runs.run("train", "--resume", "run", "--cache", elsewhere)
    #expect(unasked.code == 2 && unasked.errors.contains("would start this program: n=$((LATHE"))
    #expect(unasked.errors.contains("--allow-exec") && !unasked.errors.contains("\ncache "))
    let second = try runs.run(
      "train", "--resume", "run", "--cache", elsewhere, "--progress", "plain", "--allow-exec")
    #expect(second.code == 0, "\(second.errors)")
    #expect(second.errors.contains("going on after epoch 1"))
    // Nor is it to measure or predict; and it has handed over no weights.
    for arguments in [["evaluate", "run"], ["predict", "run", runs.audio[0].path]] {
      let unasked = try Program.start(arguments, in: runs.folder).end()
      #expect(unasked.code == 2 && unasked.errors.contains("would start this program"))
    }
    expectOneLine(
      try runs.run("evaluate", "run", "--cache", elsewhere, "--allow-exec"), "best.safetensors",
      "it is not there", "hands over a checkpoint")
    #expect(second.errors.contains("cache ") && second.errors.contains("/elsewhere\n"))
    #expect(
      String(decoding: try runs.file("run", "metrics.jsonl"), as: UTF8.self).count { $0 == "\n" }
        == 2)
  }

  @Test func aStreamIsNotGoneOnWith() throws {
    let first = try runs.run(
      "train", "features", "--cache", runs.cache, "--output", "run", "--trainer", "exec:false",
      "--batches", "stream", "--progress", "none")
    #expect(first.code == 1)
    expectOneLine(try runs.run("train", "--resume", "run"), "streamed", "train again")
    #expect(
      String(decoding: try runs.file("run", "run.json"), as: UTF8.self).contains("\"stream\""))
  }

  /// A cache that was named by a path from one folder is found from another.
  @Test func anotherWorkingFolder() throws {
    let name = URL(fileURLWithPath: runs.cache).lastPathComponent
    let trained = try Program.run(
      "train", "features", "--cache", name, "--output", runs.path("run"), "--epochs", "1", "--set",
      "hidden=8", in: runs.collection.path)
    #expect(trained.code == 0, "\(trained.errors)")
    #expect(try runs.run("evaluate", "run").code == 0)
  }
}
