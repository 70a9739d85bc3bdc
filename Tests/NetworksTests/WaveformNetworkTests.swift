import Foundation
import Safetensors
import Testing
import Training

@testable import Networks

/// The waveform network as a whole: its size, its names, its variants.
@Suite struct WaveformNetworkTests {
  @Test func hasTheParametersOfTheStudy() throws {
    let network = try WaveformNetwork().make(length: 44_100, labels: 10, seed: 1)
    #expect(network.parameterCount == 388_378)
    func count(_ prefix: String) -> Int {
      network.parameters.filter { $0.name.hasPrefix(prefix) }.reduce(0) { $0 + $1.count }
    }
    #expect(count("convolutions.") == 247_280)
    #expect(count("normalisations.") == 992)
    #expect(count("classifier.0.") == 131_200)
    #expect(count("classifier.1.") == 8_256)
    #expect(count("classifier.2.") == 650)
    #expect(
      network.parameters.prefix(4).map(\.name) == [
        "convolutions.0.weight", "convolutions.0.bias", "normalisations.0.weight",
        "normalisations.0.bias",
      ])
    #expect(network.parameters[0].shape == [16, 1, 64])
    #expect(
      network.statistics.prefix(3).map(\.name) == [
        "normalisations.0.running_mean", "normalisations.0.running_var",
        "normalisations.0.num_batches_tracked",
      ])
  }

  /// A convolution to one channel, wherever it stands, equals the same layers one by one.
  @Test(arguments: [[1, 16], [3, 1, 18], [1, 1, 2]])
  func narrowBlocksAreNetworksToo(_ channels: [Int]) throws {
    var parts = WaveformNetwork(hidden: [], dropout: 0)
    parts.blocks = channels.map { .init(channels: $0, kernel: 3, stride: 2, pooling: 2) }
    let (length, rows) = (160, 3)
    let network = try parts.make(length: length, labels: 2, seed: 3)
    var layers: [any Layer] = []
    var (inputs, positions) = (1, length)
    for (number, outputs) in channels.enumerated() {
      let shape = try Convolution1dShape(
        "c", inputs: inputs, outputs: outputs, kernel: 3, stride: 2, length: positions)
      layers += [
        try Convolution1d("convolutions.\(number)", shape, seed: 3),
        RectifiedLinear(shape: [outputs, shape.positions]),
        try BatchNormalisation1d(
          "normalisations.\(number)", channels: outputs, length: shape.positions),
        try MaximumPooling1d(channels: outputs, length: shape.positions, window: 2),
      ]
      (inputs, positions) = (outputs, shape.positions / 2)
    }
    layers.append(try Linear("classifier.0", inputs: inputs * positions, outputs: 2, seed: 3))
    let plain = Sequential(inputShape: [1, length], layers)
    let input = WaveformLayerRun.numbers(rows * length, seed: 4)
    let gradient = WaveformLayerRun.numbers(rows * 2, seed: 5)
    let given = try WaveformLayerRun(network.body, input, rows: rows, gradient: gradient)
    let wanted = try WaveformLayerRun(plain, input, rows: rows, gradient: gradient)
    #expect(WaveformLayerRun.difference(given.output, wanted.output) < 1e-5)
    #expect(Set(given.gradients.keys) == Set(wanted.gradients.keys))
    // Sums through normalisation nearly cancel; SSE2, AVX2 and AVX-512 add in three orders.
    for (name, expected) in wanted.gradients {
      #expect(
        WaveformLayerRun.difference(given.gradients[name] ?? [], expected) < 3e-4, "\(name)")
    }
    let predicted = try WaveformLayerRun(network.body, input, rows: rows, isTraining: false)
    let expected = try WaveformLayerRun(plain, input, rows: rows, isTraining: false)
    #expect(WaveformLayerRun.difference(predicted.output, expected.output) < 1e-5)
  }

  @Test func countsItsOperations() throws {
    // Positions 22,019, 1,361, 78, 36 and 17, by hand.
    let convolutions =
      2 * 1_024 * 22_019 + 3 * (16_384 * 1_361 + 32_768 * 78 + 65_536 * 36 + 131_072 * 17)
    let dense = 3 * (1_024 * 128 + 128 * 64 + 640)
    let network = try WaveformNetwork().make(length: 44_100, labels: 10, seed: 1)
    #expect(network.trainingOperations == 2 * (convolutions + dense))
    let fixed = try WaveformNetwork(firstFilters: .fixedGammatone).make(
      length: 44_100, labels: 10, seed: 1)
    #expect(fixed.trainingOperations == network.trainingOperations - 2 * 1_024 * 22_019)
  }

  @Test func otherLabelsChangeTheLastLayerOnly() throws {
    let network = try WaveformNetwork().make(length: 44_100, labels: 3, seed: 1)
    #expect(network.parameterCount == 388_378 - 7 * 65)
  }

  @Test func fixedFiltersAreKeptAndNotLearnt() throws {
    let variant = WaveformNetwork(firstFilters: .fixedGammatone)
    let network = try variant.make(length: 44_100, labels: 10, seed: 1)
    #expect(network.parameterCount == 388_378 - 1_024)
    #expect(!network.parameters.contains { $0.name == "convolutions.0.weight" })
    let kept = try #require(network.statistics.first { $0.name == "convolutions.0.weight" })
    #expect(kept.shape == [16, 1, 64])
    let isBank = kept.value.array == GammatoneBank().kernels
    #expect(isBank)
    let learnt = try WaveformNetwork(firstFilters: .gammatone).make(
      length: 44_100, labels: 10, seed: 1)
    #expect(learnt.parameterCount == 388_378)
    let isSame = learnt.parameters[0].value.array == kept.value.array
    #expect(isSame)
  }

  @Test func filtersAreGammatones() throws {
    let bank = GammatoneBank()
    #expect(abs(bank.frequencies[0] - 100) < 1e-6 && abs(bank.frequencies[15] - 10_000) < 1e-6)
    // Glasberg and Moore: 132.6 Hz at 1 kHz.
    #expect(abs(GammatoneBank.bandwidth(1_000) - 132.639) < 1e-3)
    for (index, frequency) in bank.frequencies.enumerated() {
      let kernel = bank.kernels[index * 64..<index * 64 + 64].map { Double($0) }
      #expect(abs(kernel.reduce(0) { $0 + $1 * $1 } - 1) < 1e-6)
      guard frequency > 2_600 else { continue }
      // What is whole within the kernel passes its centre frequency best, to within its bandwidth.
      func gain(_ frequency: Double) -> Double {
        let step = 2 * Double.pi * frequency / bank.rate
        let real = kernel.enumerated().reduce(0) { $0 + $1.element * cos(step * Double($1.offset)) }
        let sine = kernel.enumerated().reduce(0) { $0 + $1.element * sin(step * Double($1.offset)) }
        return real * real + sine * sine
      }
      let best = stride(from: 50.0, to: 11_000, by: 10).max { gain($0) < gain($1) } ?? 0
      #expect(abs(best - frequency) < GammatoneBank.bandwidth(frequency) / 2, "\(frequency)")
    }
  }

  @Test func variantsArePossibleAndBadOnesRefused() throws {
    var variant = WaveformNetwork(order: .normaliseFirst, hidden: [20], dropout: 0)
    variant.blocks = [
      WaveformNetwork.Block(channels: 6, kernel: 10, stride: 3, pooling: 4),
      WaveformNetwork.Block(channels: 9, kernel: 5, stride: 1, pooling: 2),
    ]
    let network = try variant.make(length: 500, labels: 4, seed: 1)
    let team = try ThreadTeam(count: 2)
    let input = WaveformLayerRun.numbers(3 * 500, seed: 1)
    let tensors = try network.probe(input, labels: [0, 3, 1], team: team)
    #expect(tensors.allSatisfy { $0.floats?.allSatisfy(\.isFinite) == true })
    #expect(throws: TrainingError.self) {
      try WaveformNetwork().make(length: 6_000, labels: 4, seed: 1)
    }
  }

  /// Writes what `Tests/Reference/compare_waveform.py` compares with PyTorch at full size.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["LATHE_NETWORK_CHECK"] != nil))
  func writesAStepForTheComparison() throws {
    let folder = try #require(ProcessInfo.processInfo.environment["LATHE_NETWORK_CHECK"])
    let team = try ThreadTeam(count: 2)
    for order in ConvolutionBlock.Order.allCases {
      let network = try WaveformNetwork(order: order, dropout: 0).make(
        length: 44_100, labels: 10, seed: 1)
      let weights = network.tensors()
      let input = WaveformLayerRun.numbers(16 * 44_100, seed: 1)
      let labels = (0..<16).map { $0 * 7 % 10 }
      let step = try network.probe(input, labels: labels, team: team)
      let writer = try SafetensorsWriter(
        tensors: weights.map { $0.renamed("weight.\($0.name)") } + step
          + network.statistics.map { Tensor("after.\($0.name)", shape: $0.shape, $0.value.array) }
          + [
            Tensor("input", shape: [16, 1, 44_100], input),
            Tensor("labels", shape: [16], labels.map { Int64($0) }),
          ], metadata: ["order": order.rawValue])
      try Data(writer.bytes()).write(
        to: URL(fileURLWithPath: "\(folder)/waveform-\(order.rawValue).safetensors"))
    }
  }
}
