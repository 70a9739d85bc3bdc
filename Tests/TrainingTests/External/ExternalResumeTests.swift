import Foundation
import Testing

@testable import Training

/// A run by another program goes on after it was stopped or killed.
@Suite struct ExternalResumeTests {
  /// Two of three epochs, then the end of the process.
  private static let cut = "whole 1; whole 2; kill -9 $$"

  /// A run of three epochs that was killed after the second.
  private func killed() throws -> ExternalRun {
    let run = try ExternalRun(epochs: 3)
    #expect(try run.failure(Self.cut)?.kind == .plugin)
    #expect(try run.directory.kept()?.epochs == 2)
    return run
  }

  private func resumed(_ run: ExternalRun, _ script: String) throws -> ResultRecord {
    var training = try run.training(script)
    try training.resume()
    return try training.run()
  }

  private func epochs(_ run: ExternalRun) throws -> [Int] {
    try RunDirectory.contents(at: run.folder.run).epochs.map(\.epoch)
  }

  @Test func itGoesOnWhereItWas() throws {
    let run = try killed()
    let before = try #require(try run.directory.kept())
    let result = try resumed(run, #"[ "$LATHE_EPOCHS_DONE" = 2 ] && whole 3"#)
    #expect(result.status == .finished && result.epochs == 3)
    #expect(result.seconds > before.seconds)
    // Nothing after the first epoch was better, and its evaluation is still known.
    #expect(result.bestEpoch == 1)
    #expect(result.evaluations == before.evaluations && !result.evaluations.isEmpty)
    #expect(try epochs(run) == [1, 2, 3] && run.directory.kept() == nil)
  }

  @Test(arguments: [1, 2])
  func itMayDoEpochsAgain(_ first: Int) throws {
    let run = try killed()
    let script = (first...3).map { "whole \($0)" }.joined(separator: "; ")
    let result = try resumed(run, #"echo '{"event":"start","parameters":7}'; "# + script)
    #expect(result.status == .finished && result.epochs == 3 && result.bestEpoch == 1)
    #expect(try epochs(run) == [1, 2, 3])
    #expect(try RunDirectory.contents(at: run.folder.run).record.parameters == 7)
  }

  @Test func itMayNotLeaveOneOut() throws {
    let run = try killed()
    var training = try run.training("epoch 4")
    try training.resume()
    let error = try #require(throws: TrainingError.self) { try training.run() }
    #expect(error.kind == .plugin && error.detail.contains("epoch 4, and 3 were asked for"))
    #expect(error.hint.contains("LATHE_EPOCHS_DONE"))
    var again = try run.training("predict validation 1; epoch 1; predict validation 1; epoch 1")
    try again.resume()
    let twice = try #require(throws: TrainingError.self) { try again.run() }
    #expect(twice.detail.contains("the one after 1 is due"))
    #expect(try epochs(run) == [1])
  }

  @Test func recordsThatAKillSeparatedAreBroughtTogether() throws {
    var run = try killed()
    // The second epoch's metrics are on the disk, its progress is not.
    var kept = try #require(try run.directory.kept())
    kept.epochs = 1
    try run.directory.keep(kept)
    #expect(try resumed(run, #"[ "$LATHE_EPOCHS_DONE" = 1 ] && whole 2; whole 3"#).epochs == 3)
    #expect(try epochs(run) == [1, 2, 3])
    // No progress at all: everything is trained again.
    run = try killed()
    try FileManager.default.removeItem(
      atPath: run.directory.path(of: RunDirectory.File.progress))
    let script = #"[ "$LATHE_EPOCHS_DONE" = 0 ] && whole 1; whole 2; whole 3"#
    #expect(try resumed(run, script).status == .finished)
  }

  @Test func aStreamIsNotGoneOnWith() throws {
    let run = try killed()
    var training = try run.training("whole 3", batches: .stream)
    let error = try #require(throws: TrainingError.self) { try training.resume() }
    #expect(error.kind == .configuration && error.detail.contains("streamed"))
    #expect(try epochs(run) == [1, 2])
  }
}
