import Corpus
import Foundation
import Testing

@testable import Training

/// Trainers that do what they must not: each ends in an error that names it, and none hangs.
@Suite struct ExternalMisdeedTests {
  @Test func hanging() throws {
    let run = try ExternalRun()
    var limits = ExternalTraining.Limits()
    limits.silence = .milliseconds(300)
    let error = try run.failure(
      "echo $$ > child; whole 1; echo stuck >&2; sleep 100", limits: limits)
    #expect(error?.kind == .plugin)
    #expect(error?.detail.contains("neither written nor read anything for 0.3 seconds") == true)
    #expect(error?.detail.contains("standard error: stuck") == true)
    #expect(try run.isGone("child"))
    #expect(try RunDirectory.contents(at: run.folder.run).epochs.count == 1)
  }

  @Test(arguments: [
    (
      "whole 1; echo one >&2; echo two >&2; exit 3",
      "status 3 after 1 of 2 epochs; the last that it wrote to standard error: one | two"
    ),
    ("kill -9 $$", "killed by SIGKILL (as for want of memory) after 0 of 2 epochs"),
    ("sh -c 'kill -SEGV $$'; exit $?", "status 139 (SIGSEGV) after 0"),
    ("no-such-command-here", "status 127 after 0 of 2 epochs; the last that it wrote"),
    ("whole 1", "ended after 1 of 2 epochs and did not say why"),
    ("whole 1; whole 2; exit 1", "status 1 after 2 of 2"),
    (#"whole 1; echo '{"event":"end","status":"failed","message":"no disk"}'; exit 1"#, "no disk"),
  ]) func dying(_ script: String, _ words: String) throws {
    let run = try ExternalRun()
    let error = try #require(try run.failure(script))
    #expect(error.kind == .plugin && error.detail.contains(words), "\(error)")
  }

  @Test(arguments: [
    (
      "whole 1; echo Epoch 2 of 2; whole 2", "line 4 of its output",
      "'Epoch 2 of 2' is no JSON object"
    ),
    ("printf '\\001\\377\\n'", "line 1", "is no JSON object"),
    ("echo; whole 1", "line 1", "is no JSON object"),
    ("echo '[1]'", "line 1", "no JSON object with an \"event\""),
    (#"echo '{"event":"begin"}'"#, "line 1", "there is no event 'begin'"),
    (#"echo '{"event":"epoch","epoch":1}'"#, "line 1", "'train' is missing"),
    (
      #"echo '{"event":"epoch","epoch":1,"train":{"loss":"low","accuracy":1}}'"#, "line 1",
      "'train.loss' is of the wrong kind"
    ),
    (
      #"echo '{"event":"epoch","epoch":1,"train":{"loss":null,"accuracy":1}}'"#, "line 1",
      "'train.loss'"
    ),
    (
      #"echo '{"event":"epoch","epoch":1,"epoch":2,"train":{"loss":1,"accuracy":1}}'"#, "line 1",
      "it gives \"epoch\" twice in one object"
    ),
    ("predict validation 1; epoch 2", "line 2", "epoch 2, and the one after 0 is due"),
    ("whole 1; whole 1", "line 4", "epoch 1, and the one after 1 is due"),
    ("whole 1; whole 2; whole 3", "line 7", "epoch 3, and 2 were asked for"),
    ("predict test 1; epoch 1", "line 2", "epoch 1 ends without predictions of 'validation'"),
    ("predict test 1; predict test 1", "line 2", "predicted in epoch 1 before"),
    (
      #"put test.good x; echo '{"event":"predictions","epoch":1,"side":"dev","file":"x"}'"#,
      "line 1", "no side 'dev'"
    ),
    (
      #"whole 1; echo '{"event":"end","status":"finished"}'"#, "line 4",
      "'finished' after 1 of 2 epochs"
    ),
    (
      #"whole 1; echo '{"event":"end","status":"stoppedEarly"}'; whole 2"#, "line 5",
      "an event follows 'end'"
    ),
    (#"whole 1; echo '{"event":"start"}'"#, "line 4", "'start' follows an epoch"),
    (
      #"predict validation 1; echo '{"event":"epoch","epoch":1,"train":{"loss":1,"accuracy":2}}'"#,
      "line 2", "out of its range"
    ),
    (
      #"echo '{"event":"progress","epoch":1,"samples":9,"of":3,"loss":1,"accuracy":0}'"#, "line 1",
      "9 samples of 3"
    ),
    (#"whole 1; printf '{"event":"epoch","epoch":2'"#, "line 4", "is no JSON object"),
  ]) func lyingOrRubbish(_ script: String, _ subject: String, _ words: String) throws {
    let run = try ExternalRun()
    let error = try #require(try run.failure(script))
    #expect(error.kind == .plugin && error.subject.contains(subject), "\(error)")
    #expect(error.detail.contains(words), "\(error)")
  }

  @Test(arguments: [
    #"predict validation 1; echo '{"event":"epoch","epoch":1,"train":{"loss":NaN,"accuracy":0.1}}'"#,
    #"echo '{"event":"end","status":"diverged","message":"epoch 1, batch 3: the loss is inf"}'; exit 1"#,
  ]) func diverging(_ script: String) throws {
    let run = try ExternalRun()
    #expect(try run.failure(script)?.kind == .diverged)
  }

  @Test func writingWithoutEnd() throws {
    var limits = ExternalTraining.Limits()
    limits.line = 1_000
    limits.output = 100_000
    let error = try ExternalRun().failure("cat /dev/zero", limits: limits)
    #expect(error?.detail == "line 1 of its output is longer than 1000 bytes")
    let many = try ExternalRun().failure(
      #"while :; do echo '{"event":"progress","epoch":1,"samples":4,"of":15,"loss":1,"accuracy":0}'; done"#,
      limits: limits)
    #expect(many?.detail == "it wrote more than 100000 bytes to standard output")
  }

  @Test(arguments: [true, false]) func notStopping(_ listens: Bool) throws {
    let run = try ExternalRun(epochs: 1_000)
    var limits = ExternalTraining.Limits()
    limits.grace = .milliseconds(500)
    let trap = listens ? "trap 'echo bye >&2; exit 143' TERM" : "trap '' TERM"
    let training = try run.training(
      "echo $$ > child; \(trap); whole 1; touch ready; while :; do sleep 0.05; done", limits: limits
    )
    let cancellation = Cancellation()
    // A thread of its own: the test keeps the one that it runs on.
    Thread.detachNewThread {
      while !FileManager.default.fileExists(atPath: "\(run.folder.path)/ready") { usleep(10_000) }
      cancellation.cancel()
    }
    let result = try training.run(cancellation: cancellation)
    #expect(result.status == .interrupted && result.epochs == 1)
    #expect(try run.isGone("child"))
  }
}
