import Testing
import Training

@testable import Networks

/// Networks on samples of two channels: each channel meets the weights of its own.
@Suite struct ChannelNetworkTests {
  private static let rows = 3

  /// Copies all but the first layer's weights, of which only one input is taken.
  private func take(
    _ wanted: Network, from network: Network, first name: String, inputs: Int, input: Int
  ) throws {
    for parameter in wanted.parameters {
      let from = try #require(network.parameters.first { $0.name == parameter.name })
      guard parameter.name == name else {
        parameter.value.fill(from: from.value.array)
        continue
      }
      // [outputs][inputs][taps], of which the one channel may have more inputs, whose weights are
      // 0.
      let outputs = parameter.shape[0]
      let (own, taps) = (parameter.shape[1], parameter.shape[2...].reduce(1, *))
      var values = [Float](repeating: 0, count: outputs * own * taps)
      for output in 0..<outputs {
        for tap in 0..<taps {
          values[output * own * taps + tap] =
            from.value.array[(output * inputs + input) * taps + tap]
        }
      }
      parameter.value.fill(from: values)
    }
  }

  private func output(_ network: Network, _ input: [Float]) throws -> WaveformLayerRun {
    try WaveformLayerRun(
      network.body, input, rows: Self.rows,
      gradient: WaveformLayerRun.numbers(Self.rows * 4, seed: 9))
  }

  /// With silence on one channel a network is that of the other alone, forward and backward.
  private func expectChannelsApart(
    of both: Network, as one: Network, first name: String,
    sample: (_ channel: Int, _ row: [Float]) -> [Float], count: Int
  ) throws {
    let input = WaveformLayerRun.numbers(Self.rows * count, seed: 5)
    for channel in 0..<2 {
      try take(one, from: both, first: name, inputs: 2, input: channel)
      let expected = try output(one, input)
      let padded = (0..<Self.rows).flatMap { row in
        sample(channel, Array(input[row * count..<(row + 1) * count]))
      }
      let found = try output(both, padded)
      #expect(WaveformLayerRun.difference(found.output, expected.output) < 1e-5)
      for (parameter, gradient) in expected.gradients where !parameter.hasSuffix("bias") {
        var own = try #require(found.gradients[parameter])
        var gradient = gradient
        if parameter == name {
          let taps = try #require(both.parameters.first { $0.name == name }).shape[2...]
            .reduce(1, *)
          let inputs = gradient.count * 2 / own.count
          own = Self.part(own, of: 2, channel, taps)
          gradient = Self.part(gradient, of: inputs, 0, taps)
        }
        #expect(WaveformLayerRun.difference(own, gradient) < 1e-4, "\(parameter)")
      }
    }
  }

  /// The weights of one input out of [outputs][inputs][taps].
  private static func part(
    _ values: [Float], of inputs: Int, _ input: Int, _ taps: Int
  ) -> [Float] {
    values.indices.filter { $0 / taps % inputs == input }.map { values[$0] }
  }

  private static func stacked(_ channel: Int, _ row: [Float]) -> [Float] {
    let silence = [Float](repeating: 0, count: row.count)
    return channel == 0 ? row + silence : silence + row
  }

  @Test func residual() throws {
    let network = ResidualNetwork(blocks: [1], width: 8)
    try expectChannelsApart(
      of: network.make(channels: 2, height: 16, width: 15, labels: 4, seed: 1),
      as: network.make(height: 16, width: 15, labels: 4, seed: 1), first: "conv1.weight",
      sample: Self.stacked, count: 240)
  }

  @Test func compact() throws {
    let network = CompactMelNetwork(stem: 8, channels: [16], poolAfter: [1], dropout: 0)
    try expectChannelsApart(
      of: network.make(channels: 2, height: 16, width: 15, labels: 4, seed: 1),
      as: network.make(height: 16, width: 15, labels: 4, seed: 1), first: "features.0.weight",
      sample: Self.stacked, count: 240)
  }

  @Test(arguments: [1, 16]) func waveform(outputs: Int) throws {
    var network = WaveformNetwork(dropout: 0)
    network.hidden = [8]
    network.blocks = [
      .init(channels: outputs, kernel: 16, stride: 2, pooling: 4),
      .init(channels: 4, kernel: 8, stride: 2, pooling: 2),
    ]
    try expectChannelsApart(
      of: network.make(length: 600, channels: 2, labels: 4, seed: 1),
      as: network.make(length: 600, labels: 4, seed: 1), first: "convolutions.0.weight",
      sample: { channel, row in row.flatMap { channel == 0 ? [$0, 0] : [0, $0] } }, count: 600)
  }

  @Test func residualOfTwoChannelsHasOneInputLess() throws {
    let network = try ResidualNetwork().make(
      channels: 2, height: 128, width: 87, labels: 10, seed: 1)
    #expect(network.inputShape == [2, 128, 87])
    #expect(network.parameterCount == 11_181_642 - 64 * 49)
  }

  @Test func whatIsForOneChannelIsRefused() throws {
    var mapped = ResidualNetwork()
    mapped.colours = .mapped(-1...1)
    #expect(throws: TrainingError.self) {
      try mapped.make(channels: 2, height: 16, width: 15, labels: 4, seed: 1)
    }
    var gammatone = WaveformNetwork()
    gammatone.firstFilters = .gammatone
    #expect(throws: TrainingError.self) {
      try gammatone.make(length: 44_100, channels: 2, labels: 4, seed: 1)
    }
  }
}
