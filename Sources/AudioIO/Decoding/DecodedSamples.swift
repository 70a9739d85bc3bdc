/// The samples of a decoded file: one channel at the requested rate.
struct DecodedSamples {
  let samples: Samples
  /// The first two channels; nil unless they were requested and the file has at least two.
  var stereo: StereoSamples?
  /// The number of samples of each channel in the file, at the file's own rate.
  let frames: Int
  /// How many samples of the file are clipped: see ``DecodedTrack/clippedSamples``.
  let clipped: Int

  /// How many frames are decoded at a time. No buffer is sized by the header's count, which may be
  /// wrong.
  private static let framesAtATime = 32_768
  /// A sample of this magnitude or more is refused as absurd: it is 120 dB above full scale.
  static let absurdMagnitude: Float = 1e6

  /// Copies the samples of a file that holds one channel of plain 16-bit integers; nothing has to
  /// be decoded.
  static func plain(
    _ layout: AudioLayout, _ file: borrowing OpenFile, _ decoding: Decoding
  ) throws(AudioError) -> (DecodedSamples, AudioFormat) {
    guard let (range, format) = layout.plainSamples else {
      throw AudioError(.unsupported, "decode", file.path)
    }
    let count = format.frames
    if count > limit(decoding, sampleRate: format.sampleRate) {
      throw AudioError(.tooLong(limitSeconds: decoding.maximumSeconds), "decode", file.path)
    }
    if count == 0 { throw AudioError(.noSamples, "decode", file.path) }
    var failure: AudioError?
    let samples = unsafe [Int16](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(AudioError) {
        let bytes = try unsafe file.copy(
          at: range.lowerBound,
          into: UnsafeMutableRawBufferPointer(
            rebasing: UnsafeMutableRawBufferPointer(buffer)[..<(2 * count)]))
        filled = bytes / 2
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    if samples.count < count { throw AudioError(.changed, "read", file.path) }
    var clipping = ClippingCounter(channels: 1)
    clipping.take(samples.span)
    clipping.finish()
    return (
      DecodedSamples(samples: .int16(samples), frames: count, clipped: clipping.count), format
    )
  }

  /// Decodes a file of one channel of 16-bit integers, and keeps the integers.
  static func integers(
    _ sound: inout SoundFile, _ decoding: Decoding
  ) throws(AudioError) -> DecodedSamples {
    let limit = try checkedLimit(sound.format, decoding, sound.path)
    var clipping = ClippingCounter(channels: 1)
    var buffer = [Int16](repeating: 0, count: framesAtATime)
    var result: [Int16] = []
    result.reserveCapacity(min(sound.format.frames, 1 << 24))
    while true {
      let count = try sound.read(into: &buffer, frames: framesAtATime)
      if count <= 0 { break }
      clipping.take(buffer.span.extracting(first: count))
      result.append(contentsOf: buffer[..<count])
      if result.count > limit {
        throw AudioError(.tooLong(limitSeconds: decoding.maximumSeconds), "decode", sound.path)
      }
    }
    if let error = sound.verdict(frames: result.count) { throw error }
    clipping.finish()
    return DecodedSamples(samples: .int16(result), frames: result.count, clipped: clipping.count)
  }

  /// Decodes a file to the mean of its channels at the requested rate, and to the first two channels
  /// where they are requested.
  ///
  /// - Parameter isInteger: whether the file's samples are 16-bit integers.
  static func mean<Reader: OpenSound & ~Copyable>(
    _ reader: inout Reader, _ decoding: Decoding, isInteger: Bool
  ) throws(AudioError) -> DecodedSamples {
    let format = reader.format
    let channels = format.channels
    let limit = try checkedLimit(format, decoding, reader.path)
    let fullScale = ClippingCounter.fullScale(encoding: format.encoding)
    var clipping = ClippingCounter(channels: channels)
    let isResampled = format.sampleRate != decoding.sampleRate
    var resampler: Resampler?
    if isResampled {
      resampler = try Resampler(
        from: format.sampleRate, to: decoding.sampleRate, path: reader.path)
    }
    var stereo: StereoReader?
    if decoding.keepsStereo, channels > 1 {
      stereo = try StereoReader(of: format, decoding, isInteger: isInteger, path: reader.path)
    }
    var buffer = [Float](repeating: 0, count: framesAtATime * channels)
    var mono: [Float] = []
    var result: [Float] = []
    result.reserveCapacity(capacity(format, decoding))
    var frames = 0
    while true {
      let count = try reader.read(into: &buffer, frames: framesAtATime)
      if count <= 0 { break }
      let piece = buffer.span.extracting(first: count * channels)
      if let index = firstUnusable(piece) {
        let frame = frames + index / channels
        let kind: AudioError.Kind =
          piece[index].isFinite ? .absurd(frame: frame) : .notFinite(frame: frame)
        throw AudioError(kind, "decode", reader.path)
      }
      frames += count
      if frames > limit {
        throw AudioError(.tooLong(limitSeconds: decoding.maximumSeconds), "decode", reader.path)
      }
      clipping.take(piece, fullScale: fullScale)
      if channels == 1, !isResampled {
        result.append(contentsOf: buffer[..<count])
        continue
      }
      try stereo?.take(piece)
      takeMean(of: piece, channels: channels, into: &mono)
      if isResampled {
        try resampler?.process(mono, into: &result)
      } else {
        result.append(contentsOf: mono)
      }
    }
    if let error = reader.verdict(frames: frames) { throw error }
    try resampler?.finish(into: &result)
    // A few samples may become none at a lower rate.
    if result.isEmpty { throw AudioError(.noSamples, "decode", reader.path) }
    clipping.finish()
    return DecodedSamples(
      samples: .float32(result), stereo: try stereo.take()?.finish(), frames: frames,
      clipped: clipping.count)
  }

  /// How many samples to reserve memory for at first: what the header promises, but no more than 2^24.
  static func capacity(_ format: AudioFormat, _ decoding: Decoding) -> Int {
    let length = Double(format.frames) * Double(decoding.sampleRate) / Double(format.sampleRate)
    return Int(min(length, 0x1p24))
  }

  private static func checkedLimit(
    _ format: AudioFormat, _ decoding: Decoding, _ path: String
  ) throws(AudioError) -> Int {
    let limit = limit(decoding, sampleRate: format.sampleRate)
    if format.frames > limit {
      throw AudioError(.tooLong(limitSeconds: decoding.maximumSeconds), "decode", path)
    }
    return limit
  }

  /// The largest number of frames that plays no longer than the limit.
  private static func limit(_ decoding: Decoding, sampleRate: Int) -> Int {
    let frames = decoding.maximumSeconds * Double(sampleRate)
    // Not a number compares as false, and so allows nothing.
    guard frames > 0 else { return 0 }
    return Int(min(frames, 0x1p52))
  }

  /// The first element that is NaN, infinite or beyond ``absurdMagnitude``.
  private static func firstUnusable(_ samples: Span<Float>) -> Int? {
    // Magnitudes order like the integers that their bits are, NaN above all others.
    var highest: UInt32 = 0
    for index in samples.indices { highest = max(highest, samples[index].bitPattern << 1) }
    if highest <= absurdMagnitude.bitPattern << 1 { return nil }
    return samples.indices.first { !(samples[$0].magnitude <= absurdMagnitude) }
  }

  /// The mean of each frame, into an array that then holds nothing else.
  private static func takeMean(
    of interleaved: Span<Float>, channels: Int, into mono: inout [Float]
  ) {
    let count = interleaved.count / channels
    if mono.count != count { mono = [Float](repeating: 0, count: count) }
    var means = mono.mutableSpan
    if channels == 1 {
      for index in 0..<count { means[index] = interleaved[index] }
      return
    }
    for frame in 0..<count {
      let start = frame * channels
      var sum = interleaved[start]
      for channel in 1..<channels { sum += interleaved[start + channel] }
      means[frame] = sum / Float(channels)
    }
  }
}
