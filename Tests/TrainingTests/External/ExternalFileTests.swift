import Foundation
import Safetensors
import Testing

@testable import Training

/// Files of predictions and weights that are not what they must be.
@Suite struct ExternalFileTests {
  /// What is wrong with predictions, and the words that tell it.
  struct Change: Sendable {
    let words: String
    let make: @Sendable (inout [Float], inout [Int64], inout [Int64]) -> Void

    init(
      _ words: String,
      _ make: @escaping @Sendable (inout [Float], inout [Int64], inout [Int64]) -> Void
    ) {
      self.words = words
      self.make = make
    }
  }

  static let changes = [
    Change("5 rows, and the side has 6 samples") { probabilities, tracks, slices in
      probabilities.removeLast(2)
      tracks.removeLast()
      slices.removeLast()
    },
    Change("row 0 is track 6, slice 2, which the side has not") { _, tracks, _ in tracks[0] = 6 },
    Change("row 5 is track 10, slice 3, which the side has not") { _, _, slices in slices[5] = 3 },
    Change("it was predicted twice") { _, _, slices in slices[5] = 1 },
    Change("add up to") { probabilities, _, _ in probabilities[3] = 0.5 },
    Change("give probabilities, not logits") { probabilities, _, _ in
      probabilities[0] = -1
      probabilities[1] = 2
    },
    Change("no F32 'probabilities' [samples, 2]") { probabilities, _, _ in
      probabilities += probabilities
    },
  ]

  @Test(arguments: changes.indices) func predictions(_ number: Int) throws {
    let change = Self.changes[number]
    let run = try ExternalRun()
    try run.write(try run.predictions("test", change.make), "test.good")
    let error = try #require(try run.failure("predict test 1"))
    #expect(error.kind == .plugin && error.description.contains(change.words), "\(error)")
    #expect(error.subject.hasSuffix("line 1 of its output, test-1.st"))
  }

  @Test func predictionsThatAreNoNumbers() throws {
    let run = try ExternalRun()
    try run.write(try run.predictions("test") { p, _, _ in p[2] = .nan }, "test.good")
    #expect(try run.failure("predict test 1")?.kind == .diverged)
  }

  @Test(arguments: [
    ("ln -s ../test.good \"$LATHE_RUN_DIR/x\"", "x", "no ordinary file"),
    ("mkfifo \"$LATHE_RUN_DIR/x\"", "x", "no ordinary file"),
    ("mkdir \"$LATHE_RUN_DIR/x\"", "x", "no ordinary file"),
    (":", "x", "is not there"),
    (":", "../test.good", "lies elsewhere"),
    (":", "", "lies elsewhere"),
    (":", "..", "lies elsewhere"),
    (":", "run.json", "Lathe's own"),
    ("put test.good best.safetensors", "best.safetensors", "Lathe's own"),
    ("truncate -s 3000000 \"$LATHE_RUN_DIR/x\"", "x", "has 3,000,000 bytes"),
    ("head -c 100 test.good > \"$LATHE_RUN_DIR/x\"", "x", "no whole safetensors file"),
    ("echo hello > \"$LATHE_RUN_DIR/x\"", "x", "no whole safetensors file"),
    ("put weights.good x", "x", "no F32 'probabilities'"),
  ]) func locations(_ script: String, _ name: String, _ words: String) throws {
    let run = try ExternalRun()
    let error = try #require(
      try run.failure(
        #"\#(script); echo '{"event":"predictions","epoch":1,"side":"test","file":"\#(name)"}'"#))
    #expect(error.kind == .plugin && error.detail.contains(words), "\(error)")
    // What lies outside of the run is left alone.
    #expect(FileManager.default.fileExists(atPath: "\(run.folder.path)/test.good"))
  }

  @Test func checkpoints() throws {
    func failure(_ bytes: [UInt8]) throws -> TrainingError? {
      let run = try ExternalRun()
      try run.write(bytes, "weights.good")
      let error = try run.failure("whole 1; whole 2")
      #expect(try !run.folder.names().contains("best.safetensors"))
      return error
    }
    let good = try ExternalRun.checkpoint([1, 2, 3])
    #expect(try failure(Array(good.dropLast()))?.detail.contains("no whole safetensors") == true)
    #expect(try failure([])?.kind == .plugin)
    #expect(try failure(try SafetensorsWriter(tensors: []).bytes())?.detail == "it has no tensors")
    let error = try failure(try ExternalRun.checkpoint([1, .infinity]))
    #expect(error?.kind == .diverged && error?.detail.contains("'weight'") == true)
  }

  @Test func checkpointsUnderTheirFinalNames() throws {
    let script = "predict validation 1; epoch 1; put weights.good best.safetensors"
    let run = try ExternalRun(epochs: 1)
    #expect(try run.training(script).run().status == .finished)
    let broken = try ExternalRun(epochs: 1)
    let error = try broken.failure(script + "; echo rubbish > \"$LATHE_RUN_DIR/last.safetensors\"")
    #expect(error?.subject.hasSuffix("last.safetensors") == true)
  }
}
