import Foundation
import Safetensors
import Testing
import Training

@testable import Networks

/// A step of small networks against PyTorch's, made by `Tests/Reference/make_network_reference.py`.
@Suite struct WaveformReferenceTests {
  @Test(arguments: ["waveform-study-order", "waveform-normalise-first", "waveform-long"])
  func agreesWithPyTorch(_ name: String) throws {
    let file = try Self.reference(name)
    let facts = file.metadata
    var variant = WaveformNetwork(dropout: 0)
    variant.order = try #require(ConvolutionBlock.Order(rawValue: facts["order"] ?? ""))
    variant.hidden = try Self.decode(facts["hidden"])
    let blocks: [[Int]] = try Self.decode(facts["blocks"])
    variant.blocks = blocks.map {
      WaveformNetwork.Block(channels: $0[0], kernel: $0[1], stride: $0[2], pooling: $0[3])
    }
    let length: Int = try Self.decode(facts["length"])
    let labels: Int = try Self.decode(facts["labels"])
    let network = try variant.make(length: length, labels: labels, seed: 1)
    try network.restore(TensorFile(file.tensors(under: "weight.")))

    let input = try #require(file["input"]?.floats)
    let targets = try #require(file["labels"]?.int64s).map { Int($0) }
    let team = try ThreadTeam(count: 2)
    for tensor in try network.probe(input, labels: targets, team: team) {
      // Before a normalisation a bias has no effect: what is left of its gradient is rounding.
      if variant.order == .normaliseFirst, tensor.name.hasPrefix("gradient.convolutions"),
        tensor.name.hasSuffix("bias")
      {
        continue
      }
      let expected = try #require(file[tensor.name]?.floats)
      let share = WaveformLayerRun.difference(tensor.floats ?? [], expected)
      #expect(share < 1e-5, "\(tensor.name)")
    }
    for statistic in network.statistics {
      let after = try #require(file["after.\(statistic.name)"])
      let expected = after.floats ?? after.int64s?.map { Float($0) } ?? []
      #expect(WaveformLayerRun.difference(statistic.value.array, expected) < 1e-5)
    }
    let predicted = try WaveformLayerRun(
      network.body, input, rows: targets.count, isTraining: false)
    let prediction = try #require(file["prediction"]?.floats)
    #expect(WaveformLayerRun.difference(predicted.output, prediction) < 1e-5)
  }

  private static func reference(_ name: String) throws -> TensorFile {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Reference/pinned/networks")
    return try TensorFile(reading: folder.appendingPathComponent("\(name).safetensors").path)
  }

  private static func decode<Value: Decodable>(_ text: String?) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(#require(text).utf8))
  }
}
