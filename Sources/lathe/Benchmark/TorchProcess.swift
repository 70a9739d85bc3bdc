import ArgumentParser
import Corpus
import Foundation
import Safetensors
import Training

/// PyTorch in a process of its own, which takes steps when it is asked to and rests otherwise.
final class TorchProcess {
  /// The ways in which it takes steps: as scripts usually call it, and with all that PyTorch
  /// offers.
  private(set) var ways: [String] = []
  private(set) var version = ""
  /// How many threads it says it uses.
  private(set) var threads = 0
  private(set) var parameters = 0

  private let process = Process()
  private let (input, output) = (Pipe(), Pipe())
  private let folder: String
  private let python: String
  /// What was read after the last whole line.
  private var rest = Data()

  /// A turn's steps.
  struct Turn: Decodable {
    let seconds: [Double]
    let processorSeconds: Double
    let workingThreads: Int
  }

  private struct Request: Encodable {
    var `do`: String
    var file: String?
    var output: String?
    var smoothing: Double?
    var way: String?
    var seconds: Double?
    var steps: Int?
    var rates: [String: Double]?
    var rule: String?
  }

  private struct Beginning: Decodable {
    let version: String
    let threads: Int
    let parameters: Int
    let ways: [String]
  }

  /// How many choices a replay has taken so far, and how many PyTorch would have made otherwise.
  struct Replayed: Decodable {
    let choices: Int
    let otherwise: Int
  }

  private struct Nothing: Decodable {}

  init(python: String, _ network: BenchNetwork, threads: Int, labels: Int) throws {
    self.python = python
    folder = BenchFolder.temporary("torch")
    try FileManager.default.createDirectory(
      atPath: "\(folder)/networks", withIntermediateDirectories: true)
    for (name, bytes) in [
      ("torch_agreement.py", PackageResources.torch_agreement_py),
      ("torch_network.py", PackageResources.torch_network_py),
      ("torch_steps.py", PackageResources.torch_steps_py),
      ("networks/features.py", PackageResources.features_py),
      ("networks/mel.py", PackageResources.mel_py),
      ("networks/waveform.py", PackageResources.waveform_py),
    ] {
      try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      python, "-B", "\(folder)/torch_steps.py", network.rawValue, "\(threads)", "\(labels)",
    ]
    // Threads that wait for one another at work take the processors from whatever else there is.
    var environment = ProcessInfo.processInfo.environment
    environment["OMP_WAIT_POLICY"] = environment["OMP_WAIT_POLICY"] ?? "passive"
    process.environment = environment
    process.standardInput = input
    process.standardOutput = output
    try process.run()
  }

  deinit {
    // It ends with its input.
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Gives it weights and a batch.
  func begin(_ tensors: [Tensor], smoothing: Double) throws {
    let file = try write(tensors, "batch")
    let beginning: Beginning = try ask(Request(do: "begin", file: file, smoothing: smoothing))
    version = beginning.version
    threads = beginning.threads
    parameters = beginning.parameters
    ways = beginning.ways
  }

  /// Has it take steps in one of its ways for so many seconds, one at least.
  func turn(_ way: String, seconds: Double) throws -> Turn {
    try ask(Request(do: "turn", way: way, seconds: seconds))
  }

  /// Logits, loss, gradients, and weights after steps of each optimiser rule, in float32, and under
  /// `exact.` in float64.
  func probe(_ tensors: [Tensor], steps: Int, rates: [String: Double]) throws -> TensorFile {
    let file = try write(tensors, "batch")
    let answer = "\(folder)/answer.safetensors"
    let _: Nothing = try ask(
      Request(do: "probe", file: file, output: answer, steps: steps, rates: rates))
    return try TensorFile(reading: answer)
  }

  /// After ``probe(_:steps:rates:)``: a step in float64 on choices that were made elsewhere.
  ///
  /// - Parameters:
  ///   - rule: the optimiser's; nil for gradients alone.
  ///   - isLast: whether the results are wanted: the rule's weights; logits, loss and gradients
  ///     without one.
  func replay(
    _ choices: [Tensor], rule: String?, isLast: Bool
  ) throws -> (Replayed, results: TensorFile?) {
    let file = try write(choices, "choices")
    let answer = "\(folder)/answer.safetensors"
    let replayed: Replayed = try ask(
      Request(do: "replay", file: file, output: isLast ? answer : nil, rule: rule ?? ""))
    return (replayed, isLast ? try TensorFile(reading: answer) : nil)
  }

  /// PyTorch's tensors lie in the files they came from, so what it keeps has a file of its own.
  private func write(_ tensors: [Tensor], _ name: String) throws -> String {
    let path = "\(folder)/\(name).safetensors"
    try Data(try SafetensorsWriter(tensors: tensors).bytes()).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func ask<Answer: Decodable>(_ request: Request) throws -> Answer {
    do {
      let line = try OrderedJSON.encode(request) + [UInt8(ascii: "\n")]
      try input.fileHandleForWriting.write(contentsOf: Data(line))
      return try StrictJSON.decode(from: try answer(), named: "the answer")
    } catch {
      throw ValidationError(
        "--against torch: \(python) could not run it (its own words are above). "
          + "Give a Python that has torch and safetensors with --python.")
    }
  }

  /// The next line; an error where the process has ended.
  private func answer() throws -> Data {
    while true {
      if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        let line = rest[..<end]
        rest = Data(rest[(end + 1)...])
        return Data(line)
      }
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else { throw CocoaError(.fileReadUnknown) }
      rest += more
    }
  }
}
