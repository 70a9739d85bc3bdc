import Foundation
import FuzzTargets
import Testing

/// What the fuzzer has found interesting, and what it has found wrong, goes through the same doors
/// again. How to fuzz: `Tests/Fuzzing/fuzz.py --help`.
@Suite("Hostile input") struct ReplayTests {
  private static func inputs(of target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
    let corpus = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fuzzing/Corpus/\(target.name)")
    let files = try FileManager.default.contentsOfDirectory(
      at: corpus, includingPropertiesForKeys: nil)
    return try files.sorted { $0.path < $1.path }.map {
      ($0.lastPathComponent, Array(try Data(contentsOf: $0)))
    }
  }

  @Test("The corpus comes to values or to errors of one line", arguments: FuzzTarget.all)
  func replay(target: FuzzTarget) throws {
    let inputs = try Self.inputs(of: target)
    #expect(!inputs.isEmpty)
    for input in inputs {
      #expect(throws: Never.self, "\(target)/\(input.name)") { try target.run(input.bytes) }
    }
  }

  @Test("Seeds are sound, cut short anywhere they do no harm", arguments: FuzzTarget.all)
  func seeds(target: FuzzTarget) throws {
    for (number, seed) in try target.seeds().enumerated() {
      for part in [1, 2, 3, 7, 8] {
        #expect(throws: Never.self, "\(target)/seed-\(number), \(part)/8") {
          try target.run(Array(seed.prefix(seed.count * part / 8)))
        }
      }
    }
  }
}
