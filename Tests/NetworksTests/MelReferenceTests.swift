import Foundation
import Testing

@testable import Networks

@Suite("Networks on mel-spectrograms against PyTorch")
struct MelReferenceTests {
  private static let tolerance = 1e-4

  private func expectEqual(_ differences: [String: Double]) {
    for (name, difference) in differences.sorted(by: { $0.key < $1.key }) {
      #expect(difference < Self.tolerance, "\(name)")
    }
  }

  @Test("A small residual network", arguments: [1, 3])
  func residual(threads: Int) throws {
    let reference = try MelReference.pinned("residual")
    let network = try ResidualNetwork(blocks: [2, 1], width: 8)
      .make(height: reference.shape[1], width: reference.shape[2], labels: 5, seed: 1)
    expectEqual(try reference.differences(network, threads: threads))
  }

  @Test("A small compact network", arguments: [1, 3])
  func compact(threads: Int) throws {
    let reference = try MelReference.pinned("compact")
    let network = try CompactMelNetwork(stem: 8, channels: [16, 20], poolAfter: [1], dropout: 0)
      .make(height: reference.shape[1], width: reference.shape[2], labels: 5, seed: 1)
    expectEqual(try reference.differences(network, threads: threads))
  }

  /// With F(2 x 2) no activation changes sides; with F(4 x 4) some do, and what they decide is no
  /// longer close.
  @Test(
    "The networks in full", .enabled(if: MelReference.fullFolder != nil),
    arguments: ["residual", "compact"], [2, 4])
  func full(name: String, tile: Int) throws {
    let folder = URL(fileURLWithPath: MelReference.fullFolder ?? "")
    let reference = try MelReference(folder.appendingPathComponent("\(name).safetensors"))
    let network =
      name == "residual"
      ? try ResidualNetwork(tile: tile).make(height: 128, width: 87, labels: 10, seed: 1)
      : try CompactMelNetwork(dropout: 0, tile: tile)
        .make(height: 128, width: 87, labels: 10, seed: 1)
    let differences = try reference.differences(network, threads: 2)
    expectEqual(tile == 2 ? differences : differences.filter { !$0.key.hasPrefix("gradient") })
  }

  @Test("ResNet-18 has 11,181,642 parameters with 10 labels")
  func parameterCount() throws {
    let network = try ResidualNetwork().make(height: 128, width: 87, labels: 10, seed: 1)
    #expect(network.parameterCount == 11_181_642)
    let two = try ResidualNetwork().make(height: 128, width: 87, labels: 2, seed: 1)
    #expect(two.parameterCount == 11_181_642 - 8 * 513)
    // Of torchvision's resnet18, in its order.
    #expect(
      network.parameters.prefix(4).map(\.name) == [
        "conv1.weight", "bn1.weight", "bn1.bias", "layer1.0.conv1.weight",
      ])
    #expect(network.parameters.count == 62)
    #expect(network.statistics.count == 60)
  }
}
