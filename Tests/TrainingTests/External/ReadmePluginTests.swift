import Foundation
import Safetensors
import Testing

@testable import Training

/// The trainer that Sources/Python/README.md shows as a whole, run as it stands there.
@Suite struct ReadmePluginTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// A Python that has numpy; nil where there is none.
  private static let python: String? = {
    let named = ProcessInfo.processInfo.environment["LATHE_PYTHON"]
    return [named, "python3"].compactMap(\.self).first { candidate in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = [candidate, "-c", "import numpy"]
      process.standardError = FileHandle.nullDevice
      guard (try? process.run()) != nil else { return false }
      process.waitUntilExit()
      return process.terminationStatus == 0
    }
  }()

  @Test(
    .enabled(if: python != nil, "there is no Python with numpy: the README's trainer was not run"))
  func itLearns() throws {
    let readme = try String(
      contentsOf: Self.root.appending(path: "Sources/Python/README.md"), encoding: .utf8)
    let scripts = readme.components(separatedBy: "```python\n").dropFirst()
      .compactMap { $0.components(separatedBy: "```").first }
    let script = try #require(scripts.first { $0.contains("LATHE_RUN_DIR") })
    // Tracks 0 to 4 teach that even ones are blues; only the numbers of tracks they know can be
    // told.
    let run = try ExternalRun(epochs: 3)
    try run.write(Array(script.utf8), "trainer.py")
    let python = try #require(Self.python)
    let result = try run.training("exec '\(python)' trainer.py", batches: .stream).run()
    #expect(result.status == .finished && result.epochs == 3)
    #expect(result.evaluations["test"]?.metrics.slices == 6)
    let losses = try RunDirectory.contents(at: run.folder.run).epochs.map(\.train.loss)
    #expect(losses.count == 3 && losses.allSatisfy(\.isFinite))
    let best = try TensorFile(reading: "\(run.folder.run)/best.safetensors")
    #expect(best["weights"]?.shape == [4, 2])
    // The same program predicts with its weights, what it predicted when it had learnt them.
    let record = try RunDirectory.contents(at: run.folder.run).record
    let answers = try ExternalPrediction(
      command: "cd '\(run.folder.path)'; exec '\(python)' trainer.py", record: record,
      checkpoint: "\(run.folder.run)/best.safetensors"
    ).run(on: run.source.evaluated + [.init("train", run.source.training)])
    #expect(answers["test"]?.evaluation == result.evaluations["test"])
    #expect(answers["train"]?.evaluation.metrics.slices == 15)
    #expect(abs((answers["train"]?.probabilities.reduce(0, +) ?? 0) - 1) < 1e-5)
  }
}
