import Foundation
import Safetensors
import Training

@testable import Networks

/// What PyTorch made of a network in a step of training; see Tests/Reference/make_mel_reference.py.
struct MelReference {
  let file: TensorFile
  let input: [Float]
  let shape: [Int]
  let labels: [Int]

  private static let tests = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()

  static func pinned(_ name: String) throws -> MelReference {
    try MelReference(tests.appendingPathComponent("Reference/pinned/networks/\(name).safetensors"))
  }

  /// The networks in full, where `LATHE_MEL_REFERENCE` names the folder that the script made.
  static let fullFolder = ProcessInfo.processInfo.environment["LATHE_MEL_REFERENCE"]

  init(_ url: URL) throws {
    file = try TensorFile(reading: url.path)
    guard let tensor = file["input"], let input = tensor.floats, let labels = file["labels"]?.int64s
    else { throw file.mismatch("input", "or 'labels' is missing") }
    self.input = input
    shape = tensor.shape
    self.labels = labels.map(Int.init)
  }

  /// What `network` makes of the same weights and batch: under each name the largest difference
  /// from PyTorch's numbers, relative to the largest of these.
  func differences(_ network: Network, threads: Int) throws -> [String: Double] {
    let team = try ThreadTeam(count: threads)
    let known = Set(network.parameters.map(\.name) + network.statistics.map(\.name))
    try network.restore(
      TensorFile(file.names.filter(known.contains).compactMap { file[$0] }, path: "reference"))
    try network.body.reserve(rows: shape[0], training: true, team: team)
    var result: [String: Double] = [:]
    let pass = Pass(isTraining: true, team: team)
    let count = labels.count * network.labelCount
    input.withUnsafeBufferPointer { input in
      guard let input = input.baseAddress else { return }
      let logits = network.body.forward(input, rows: shape[0], pass)
      result["logits"] = difference(UnsafeBufferPointer(start: logits, count: count), "logits")
      let outcome = CrossEntropy().apply(
        to: logits, rows: shape[0], labels: network.labelCount, target: { labels[$0] },
        distributions: [Float]().span)
      result["loss"] = difference([Float(outcome.loss)], "loss")
      _ = network.body.backward(logits, rows: shape[0], needsInput: false, pass)
      for parameter in network.parameters {
        let name = "gradient.\(parameter.name)"
        result[name] = difference(parameter.gradient.array, name)
      }
      for statistic in network.statistics where !statistic.isCount {
        let name = "after.\(statistic.name)"
        result[name] = difference(statistic.value.array, name)
      }
      let evaluated = network.body.forward(
        input, rows: shape[0], Pass(isTraining: false, team: team))
      result["evaluated"] = difference(
        UnsafeBufferPointer(start: evaluated, count: count), "evaluated")
    }
    return result
  }

  private func difference(_ values: some Collection<Float>, _ name: String) -> Double {
    guard let expected = file[name]?.floats, expected.count == values.count else {
      return .infinity
    }
    let largest = expected.reduce(0) { max($0, abs($1)) }
    return zip(values, expected).reduce(0) {
      let distance = Double(abs($1.0 - $1.1) / largest)
      return distance.isNaN ? .infinity : max($0, distance)
    }
  }
}
