import TestSupport
import Testing

@testable import AudioIO

/// Which samples of a file count as clipped.
@Suite struct ClippingTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func clipped(_ bytes: [UInt8], rate: Int = 22_050) throws -> Int {
    try AudioFile.decode(
      at: try folder.write(bytes, "a.wav"), Decoding(sampleRate: rate)
    ).clippedSamples
  }

  private func wave(_ samples: [Int16], channels: UInt16 = 1) -> [UInt8] {
    SyntheticAudio.wave(data: SyntheticAudio.bytes(samples), channels: channels)
  }

  @Test func runsOfThreeOnOneSideCount() throws {
    let high = Int16.max
    for (samples, count) in [
      ([high, high, 0, high, high], 0), ([high, high, high], 3),
      ([0, high, high, high, high, 5], 4),
      ([high, high, .min, .min], 0), ([.min, .min, -32_767, 0], 3), ([32_766, 32_766, 32_766], 0),
      ([high, high, high, .min, .min, .min], 6),
    ] { #expect(try clipped(wave(samples)) == count, "\(samples)") }
  }

  /// Over the edges of the blocks that are read and looked at together, against a plain count.
  @Test(arguments: [1, 2, 3]) func anyRunsInAnyChannel(_ channels: Int) throws {
    var choice = Mutation(seed: UInt64(channels))
    var samples: [Int16] = []
    while samples.count < 70_000 * channels {
      let value: Int16 = [Int16.max, .min, 0, 12, 32_766][choice.below(5)]
      let isLong = choice.below(50) == 0
      samples += [Int16](repeating: value, count: isLong ? 1_500 : 1 + choice.below(4))
    }
    samples.removeLast(samples.count % channels)
    var expected = 0
    for channel in 0..<channels {
      var run: [Int16] = []
      for index in stride(from: channel, to: samples.count, by: channels) {
        let side: Int16 = samples[index] == .max ? 1 : samples[index] == .min ? -1 : 0
        if run.first != side {
          if run.count >= 3, run[0] != 0 { expected += run.count }
          run = []
        }
        run.append(side)
      }
      if run.count >= 3, run[0] != 0 { expected += run.count }
    }
    #expect(expected > 1_000)
    #expect(try clipped(wave(samples, channels: UInt16(channels))) == expected)
  }

  /// Clipping is the file's: neither the mean of the channels nor another rate hides it.
  @Test func oneClippedChannelAndAnotherRate() throws {
    let frames = (0..<4_000).flatMap { [Int16($0 % 100 < 50 ? 32_767 : -32_768), Int16(3)] }
    #expect(try clipped(wave(frames, channels: 2), rate: 8_000) == 4_000)
  }

  @Test func eightBitsAndFloats() throws {
    let eight = [UInt8](repeating: 255, count: 40) + [UInt8](repeating: 254, count: 40)
    #expect(try clipped(SyntheticAudio.wave(data: eight, bits: 8)) == 40)
    let floats = [Float](repeating: 1.2, count: 5) + [0, 0.999] + [Float](repeating: -1, count: 3)
    let bytes = SyntheticAudio.wave(data: SyntheticAudio.bytes(floats), bits: 32, tag: 3)
    #expect(try clipped(bytes) == 8)
  }
}
