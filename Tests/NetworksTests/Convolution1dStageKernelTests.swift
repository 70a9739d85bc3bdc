import CKernels
import Testing

@testable import Networks

/// The passes around the products against their definitions, a channel and a position at a time.
@Suite struct Convolution1dStageKernelTests {
  /// Positions and windows: rests, windows above what is summed up in float, no pooling.
  static let sizes = [(1, 1), (7, 8), (8, 8), (61, 8), (530, 8), (530, 3), (700, 300), (300, 1)]

  /// A block whose values repeat within windows, so that extremes have equals.
  private static func block(_ positions: Int, seed: UInt64) -> FloatStorage? {
    let storage = try? FloatStorage(count: positions * 16)
    storage?.fill(
      from: WaveformLayerRun.numbers(positions * 16, seed: seed).map { ($0 * 8).rounded() / 8 })
    return storage
  }

  /// Scales of both signs and of 0.
  private static var normalisation: FloatStorage? {
    let storage = try? FloatStorage(count: 80)
    storage?.fill(from: WaveformLayerRun.numbers(80, seed: 3))
    storage?.base[16 + 5] = 0
    return storage
  }

  private static func constants(_ storage: FloatStorage) -> UnsafePointer<LatheNormalisation> {
    UnsafeRawPointer(storage.base).assumingMemoryBound(to: LatheNormalisation.self)
  }

  @Test(arguments: sizes) func finishes(_ positions: Int, _ window: Int) throws {
    let values = try #require(Self.block(positions, seed: 1))
    let scale = try #require(Self.normalisation).array[16..<32].map { $0 }
    let windows = positions / window
    for rectify in [false, true] {
      let output = try FloatStorage(count: positions * 16)
      let extremes = try FloatStorage(count: windows * 16 + 16)
      extremes.span.update(repeating: .nan)
      var sums = [Double](repeating: 1, count: 32)
      lathe_convolution_finish(
        values.base, positions, rectify ? 1 : 0, window, scale, output.base, extremes.base, &sums)
      for channel in 0..<16 {
        let column = (0..<positions).map { position -> Float in
          let value = values.base[position * 16 + channel]
          return rectify ? max(0, value) : value
        }
        let isSame = (0..<positions).allSatisfy { output.base[$0 * 16 + channel] == column[$0] }
        #expect(isSame)
        let sum = column.reduce(1) { $0 + Double($1) }
        let squares = column.reduce(1) { $0 + Double($1) * Double($1) }
        #expect(abs(sums[channel] - sum) < 1e-4 && abs(sums[16 + channel] - squares) < 1e-4)
        for index in 0..<windows {
          let part = column[index * window..<(index + 1) * window]
          let expected =
            scale[channel] > 0 ? part.max() : scale[channel] < 0 ? part.min() : part.first
          #expect(extremes.base[index * 16 + channel] == expected)
        }
      }
      #expect(extremes.base[windows * 16].isNaN, "wrote past the end")
      // The same without an output and in place.
      let again = try FloatStorage(count: windows * 16 + 16)
      lathe_convolution_finish(
        values.base, positions, rectify ? 1 : 0, window, scale, nil, again.base, nil)
      #expect(again.array.prefix(windows * 16) == extremes.array.prefix(windows * 16))
      let changed = try #require(Self.block(positions, seed: 1))
      lathe_convolution_finish(
        changed.base, positions, rectify ? 1 : 0, window, scale, changed.base, nil, nil)
      #expect(changed.array == output.array)
    }
  }

  @Test(arguments: sizes) func goesBack(_ positions: Int, _ window: Int) throws {
    let storage = try #require(Self.normalisation)
    let constants = storage.array
    let windows = positions / window
    let gradient = WaveformLayerRun.numbers(windows * 16 + 16, seed: 4)
    let kinds = [LATHE_NOT_RECTIFIED, LATHE_RECTIFIED_BEFORE, LATHE_RECTIFIED_AFTER]
    for rectified in kinds {
      let before = rectified == LATHE_RECTIFIED_BEFORE
      let after = rectified == LATHE_RECTIFIED_AFTER
      let values = try #require(Self.block(positions, seed: 2))
      let extremes = try FloatStorage(count: windows * 16 + 16)
      lathe_convolution_finish(
        values.base, positions, before ? 1 : 0, window, Array(constants[16..<32]), values.base,
        extremes.base, nil)
      var output = [Float](repeating: .nan, count: positions * 16)
      var sums = [Double](repeating: 1, count: 16)
      var totals = [Double](repeating: 1, count: 32)
      lathe_convolution_unfinish(
        Self.constants(storage), values.base, positions, rectified, window, extremes.base,
        gradient, &output, &sums)
      lathe_normalisation_sums(
        Self.constants(storage), extremes.base, gradient, after ? 1 : 0, windows, &totals)
      var normalised = [Float](repeating: .nan, count: positions * 16)
      lathe_normalise_block(
        Self.constants(storage), values.base, after ? 1 : 0, positions, &normalised)
      for channel in 0..<16 {
        func constant(_ index: Int) -> Float { constants[index * 16 + channel] }
        func y(_ x: Float) -> Float { (x - constant(0)) * constant(1) + constant(2) }
        let column = (0..<positions).map { values.base[$0 * 16 + channel] }
        var expected = column.map { constant(3) + ($0 - constant(0)) * constant(4) }
        var (sum, products) = (1.0, 1.0)
        for index in 0..<windows {
          let extreme = extremes.base[index * 16 + channel]
          let g = after && y(extreme) <= 0 ? 0 : gradient[index * 16 + channel]
          let row = column[index * window..<(index + 1) * window].firstIndex(of: extreme) ?? 0
          expected[row] += constant(1) * g
          sum += Double(g)
          products += Double(g) * Double(extreme - constant(0))
        }
        if before { for (row, x) in column.enumerated() where x <= 0 { expected[row] = 0 } }
        for (row, x) in column.enumerated() {
          #expect(abs(output[row * 16 + channel] - expected[row]) < 1e-6)
          let shown = after ? max(0, y(x)) : y(x)
          #expect(abs(normalised[row * 16 + channel] - shown) < 1e-6)
        }
        let size = expected.reduce(1) { $0 + Double(abs($1)) }
        #expect(abs(sums[channel] - expected.reduce(1) { $0 + Double($1) }) < 1e-5 * size)
        #expect(abs(totals[channel] - sum) < 1e-4 && abs(totals[16 + channel] - products) < 1e-4)
      }
    }
  }

  @Test func nothingIsDroppedThatIsNotANumber() throws {
    let values = try #require(Self.block(3, seed: 1))
    values.base[16] = .nan
    var sums = [Double](repeating: 0, count: 32)
    let scale = [Float](repeating: 1, count: 16)
    lathe_convolution_finish(values.base, 3, 1, 1, scale, values.base, nil, &sums)
    #expect(sums[0].isNaN && !sums[1].isNaN)
  }

  @Test(arguments: [(1, 1), (5, 16), (17, 3), (32, 40)])
  func blocksAreChannels(_ count: Int, _ positions: Int) {
    let channels = WaveformLayerRun.numbers(count * positions, seed: 6)
    let blockCount = (count + 15) / 16
    var blocks = [Float](repeating: .nan, count: blockCount * 16 * positions)
    lathe_channels_to_blocks(channels, count, positions, &blocks)
    for channel in 0..<blockCount * 16 {
      for position in 0..<positions {
        let element = (channel / 16 * positions + position) * 16 + channel % 16
        let expected = channel < count ? channels[channel * positions + position] : 0
        #expect(blocks[element] == expected)
      }
    }
    var back = [Float](repeating: .nan, count: channels.count)
    lathe_blocks_to_channels(blocks, count, positions, &back)
    #expect(back == channels)
  }

  @Test(arguments: [(16, 1, 7), (3, 5, 2), (33, 17, 4)])
  func packsAndUnpacks(_ outputs: Int, _ inputs: Int, _ kernel: Int) {
    var filters = LatheFilters(outputs: outputs, inputs: inputs, kernel: kernel, stride: 3)
    let weights = WaveformLayerRun.numbers(outputs * inputs * kernel, seed: 7)
    let width = inputs == 1 ? 1 : 16
    let size = (inputs + width - 1) / width * width * kernel * 16
    var back = [Float](repeating: .nan, count: weights.count)
    for block in 0..<(outputs + 15) / 16 {
      var packed = [Float](repeating: .nan, count: size)
      lathe_pack_convolution(&filters, weights, block, &packed)
      for channel in 0..<16 where block * 16 + channel >= outputs {
        #expect(stride(from: channel, to: size, by: 16).allSatisfy { packed[$0] == 0 })
      }
      back.withUnsafeMutableBufferPointer { back in
        guard let start = back.baseAddress else { return }
        lathe_unpack_convolution(&filters, packed, block, start + block * 16 * inputs * kernel)
      }
    }
    #expect(back == weights)
  }

  @Test func addsUp() {
    for count in [0, 1, 17, 100] {
      let values = WaveformLayerRun.numbers(count, seed: 8)
      var sum = WaveformLayerRun.numbers(count, seed: 9)
      let expected = zip(sum, values).map { $0 + $1 }
      lathe_add(values, &sum, count)
      #expect(sum == expected)
    }
  }
}
