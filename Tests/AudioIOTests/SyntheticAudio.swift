import AudioIO
import Corpus

/// Signals and hand-made files.
enum SyntheticAudio {
  /// Reproducible noise over the whole range of 16 bits.
  static func noise(_ count: Int, seed: UInt64 = 1) -> [Int16] {
    var generator = CounterGenerator(seed: seed)
    return (0..<count).map { _ in Int16(truncatingIfNeeded: generator.next()) }
  }

  static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<(value.bitWidth / 8)).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  static func chunk(_ name: String, _ body: [UInt8], size: UInt32? = nil) -> [UInt8] {
    Array(name.utf8) + littleEndian(size ?? UInt32(body.count)) + body
      + (body.count.isMultiple(of: 2) ? [] : [0])
  }

  /// A WAV file put together by hand: PCM or float, with any chunks around the data.
  static func wave(
    data: [UInt8], channels: UInt16 = 1, rate: UInt32 = 22_050, bits: UInt16 = 16, tag: UInt16 = 1,
    dataSize: UInt32? = nil, before: [UInt8] = [], after: [UInt8] = []
  ) -> [UInt8] {
    let block = channels &* (bits / 8)
    let format =
      littleEndian(tag) + littleEndian(channels) + littleEndian(rate)
      + littleEndian(rate &* UInt32(block)) + littleEndian(block) + littleEndian(bits)
    let body =
      Array("WAVE".utf8) + chunk("fmt ", format) + before + chunk("data", data, size: dataSize)
      + after
    return chunk("RIFF", body)
  }

  static func bytes(_ samples: [Int16]) -> [UInt8] { samples.flatMap { littleEndian($0) } }

  static func bytes(_ samples: [Float]) -> [UInt8] {
    samples.flatMap { littleEndian($0.bitPattern) }
  }
}
