/// The first two channels of a file, each of as many samples as the other.
public struct StereoSamples: Sendable, Hashable {
  /// The first channel.
  public var left: Samples
  /// The second channel.
  public var right: Samples

  /// These two channels.
  public init(left: Samples, right: Samples) {
    self.left = left
    self.right = right
  }
}

/// Takes the first two channels out of a file's interleaved frames, piece by piece, each resampled
/// by itself.
struct StereoReader: ~Copyable {
  private var left: SingleChannel
  private var right: SingleChannel

  /// - Parameters:
  ///   - format: of the file; two channels at least.
  ///   - isInteger: whether its samples are 16-bit integers.
  /// - Throws: ``AudioError`` of the kind library when the resampler refuses.
  init(
    of format: AudioFormat, _ decoding: Decoding, isInteger: Bool, path: String
  ) throws(AudioError) {
    let left = try SingleChannel(0, of: format, decoding, isInteger: isInteger, path: path)
    let right = try SingleChannel(1, of: format, decoding, isInteger: isInteger, path: path)
    self.left = left
    self.right = right
  }

  /// Goes on with whole frames, all channels interleaved.
  mutating func take(_ frames: Span<Float>) throws(AudioError) {
    try left.take(frames)
    try right.take(frames)
  }

  /// Ends the audio.
  consuming func finish() throws(AudioError) -> StereoSamples {
    StereoSamples(left: try left.finish(), right: try right.finish())
  }
}

/// One channel of several.
private struct SingleChannel: ~Copyable {
  private let number: Int
  private let channels: Int
  /// Whether the floats are 16-bit integers over 32,768, which they then become again.
  private let isInteger: Bool
  private var resampler: Resampler?
  private let isResampled: Bool
  /// The channel's samples of the piece at hand, where they are resampled.
  private var piece: [Float] = []
  private var integers: [Int16] = []
  private var floats: [Float] = []

  init(
    _ number: Int, of format: AudioFormat, _ decoding: Decoding, isInteger: Bool, path: String
  ) throws(AudioError) {
    self.number = number
    channels = format.channels
    isResampled = format.sampleRate != decoding.sampleRate
    self.isInteger = isInteger && !isResampled
    if isResampled {
      resampler = try Resampler(from: format.sampleRate, to: decoding.sampleRate, path: path)
    }
    let count = DecodedSamples.capacity(format, decoding)
    if self.isInteger { integers.reserveCapacity(count) } else { floats.reserveCapacity(count) }
  }

  mutating func take(_ frames: Span<Float>) throws(AudioError) {
    let indices = stride(from: number, to: frames.count, by: channels)
    if isResampled {
      piece.removeAll(keepingCapacity: true)
      for index in indices { piece.append(frames[index]) }
      try resampler?.process(piece, into: &floats)
    } else if isInteger {
      for index in indices { integers.append(Int16(clamping: Int(frames[index] * 32_768))) }
    } else {
      for index in indices { floats.append(frames[index]) }
    }
  }

  consuming func finish() throws(AudioError) -> Samples {
    if isInteger { return .int16(integers) }
    try resampler?.finish(into: &floats)
    return .float32(floats)
  }
}
