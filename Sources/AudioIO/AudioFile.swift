/// Audio files, read whole.
public enum AudioFile {
  /// What the file at `path` holds, from its header; nothing is decoded.
  ///
  /// The header's promise of bytes is checked (see ``decode(at:_:)``), the audio is not.
  /// - Throws: ``AudioError``, as ``decode(at:_:)``.
  public static func probe(at path: String) throws(AudioError) -> AudioFormat {
    try SoundFile(OpenFile(path: path)).format
  }

  /// Decodes the file at `path` to one channel at one rate.
  ///
  /// - wav (RIFF, RIFX, RF64, extensible), Wave64, aiff, au, caf, flac, ogg (Vorbis, Opus, FLAC) and
  ///   mp3, 1 to 64 channels, 1 to 768 kHz.
  /// - One channel of 16-bit samples at the rate asked for stays as it is (``Samples/int16(_:)``).
  ///   Anything else becomes 32-bit float, full scale -1 to 1, 16-bit samples over 32,768.
  /// - Several channels become their mean: summed in order in 32-bit float, then divided, as
  ///   `librosa.to_mono` does.
  /// - Another rate is resampled by soxr at quality HQ, after the mean.
  /// - Audio that ends before its header says so is refused, never used in part: fewer bytes than a
  ///   wav, Wave64, aiff, au or caf header counts, fewer frames than a flac or mp3 header counts,
  ///   an Ogg stream without its end. A header that says "to the end of the file" (a count of all
  ///   ones, from a pipe) promises nothing and is accepted. In an mp3 without a frame count an
  ///   incomplete last frame (26 ms) cannot be told from its end and is dropped, as players do.
  /// - Chunks before and after the audio are passed over.
  /// - Parameters:
  ///   - path: the file; links are followed.
  ///   - decoding: the rate of the result and the longest file that is accepted.
  /// - Throws: ``AudioError`` with the verdict on the file.
  public static func decode(
    at path: String, _ decoding: Decoding = Decoding()
  ) throws(AudioError) -> DecodedTrack {
    if !Decoding.sampleRates.contains(decoding.sampleRate) {
      throw AudioError(
        .sampleRateOutOfRange(decoding.sampleRate), "decode", path,
        detail: "cannot be brought to \(decoding.sampleRate) Hz")
    }
    let file = try OpenFile(path: path)
    let byteCount = file.byteCount
    // Before libsndfile has the file: most of the time this is also what reads it from the disk.
    let md5 = try file.md5()
    var sound = try SoundFile(file)
    var source = sound.format
    let limit = Self.frameLimit(decoding, sampleRate: source.sampleRate)
    if source.frames > limit {
      throw AudioError(.tooLong(limitSeconds: decoding.maximumSeconds), "decode", path)
    }
    let keepsIntegers =
      sound.isInteger16 && source.channels == 1 && source.sampleRate == decoding.sampleRate
    let decoded =
      try keepsIntegers
      ? sound.integers(limit: limit, decoding) : sound.mean(limit: limit, decoding)
    source.frames = decoded.frames
    return DecodedTrack(
      samples: decoded.samples, sampleRate: decoding.sampleRate, source: source,
      clippedSamples: decoded.clipped, md5: md5, byteCount: byteCount)
  }

  /// The largest number of frames that plays no longer than the limit.
  private static func frameLimit(_ decoding: Decoding, sampleRate: Int) -> Int {
    let frames = decoding.maximumSeconds * Double(sampleRate)
    // Not a number compares as false, and so allows nothing.
    guard frames > 0 else { return 0 }
    return Int(min(frames, 0x1p52))
  }
}

extension SoundFile {
  /// Frames that are decoded at a time; a header's count is not trusted with an allocation.
  private static var framesAtATime: Int { 32_768 }

  /// All samples as they are stored.
  fileprivate mutating func integers(
    limit: Int, _ decoding: Decoding
  ) throws(AudioError) -> (samples: Samples, frames: Int, clipped: Int) {
    var clipping = ClippingCounter(channels: 1)
    var buffer = [Int16](repeating: 0, count: Self.framesAtATime)
    var result: [Int16] = []
    result.reserveCapacity(min(format.frames, 1 << 24))
    while true {
      let count = read(into: &buffer, frames: Self.framesAtATime)
      if count <= 0 { break }
      clipping.take(buffer.span.extracting(first: count))
      result.append(contentsOf: buffer[..<count])
      if result.count > limit {
        throw AudioError(.tooLong(limitSeconds: decoding.maximumSeconds), "decode", path)
      }
    }
    if let error = verdict(frames: result.count) { throw error }
    clipping.finish()
    return (.int16(result), result.count, clipping.count)
  }

  /// The mean of the channels at the rate asked for.
  fileprivate mutating func mean(
    limit: Int, _ decoding: Decoding
  ) throws(AudioError) -> (samples: Samples, frames: Int, clipped: Int) {
    let channels = format.channels
    let fullScale = ClippingCounter.fullScale(encoding: format.encoding)
    var clipping = ClippingCounter(channels: channels)
    let isResampled = format.sampleRate != decoding.sampleRate
    var resampler: Resampler?
    if isResampled {
      resampler = try Resampler(from: format.sampleRate, to: decoding.sampleRate, path: path)
    }
    var buffer = [Float](repeating: 0, count: Self.framesAtATime * channels)
    var mono: [Float] = []
    var result: [Float] = []
    var frames = 0
    while true {
      let count = read(into: &buffer, frames: Self.framesAtATime)
      if count <= 0 { break }
      if let index = firstNotFinite(buffer[..<(count * channels)]) {
        throw AudioError(.notFinite(frame: frames + index / channels), "decode", path)
      }
      frames += count
      if frames > limit {
        throw AudioError(.tooLong(limitSeconds: decoding.maximumSeconds), "decode", path)
      }
      clipping.take(buffer.span.extracting(first: count * channels), fullScale: fullScale)
      takeMean(of: buffer[..<(count * channels)], channels: channels, into: &mono)
      if isResampled {
        try resampler?.process(mono, into: &result)
      } else {
        result.append(contentsOf: mono)
      }
    }
    if let error = verdict(frames: frames) { throw error }
    try resampler?.finish(into: &result)
    // A handful of samples may come out as none at a lower rate.
    if result.isEmpty { throw AudioError(.noSamples, "decode", path) }
    clipping.finish()
    return (.float32(result), frames, clipping.count)
  }
}

/// The first element that is NaN or infinite.
private func firstNotFinite(_ samples: ArraySlice<Float>) -> Int? {
  // Zero times a number that is not finite is NaN, so one sum tells; then one may look closely.
  var sum: Float = 0
  for sample in samples { sum += sample * 0 }
  if sum == 0 { return nil }
  return samples.firstIndex { !$0.isFinite }
}

/// The mean of each frame, into an array that then holds nothing else.
private func takeMean(of interleaved: ArraySlice<Float>, channels: Int, into mono: inout [Float]) {
  mono.removeAll(keepingCapacity: true)
  if channels == 1 {
    mono.append(contentsOf: interleaved)
    return
  }
  var index = interleaved.startIndex
  while index < interleaved.endIndex {
    var sum = interleaved[index]
    for channel in 1..<channels { sum += interleaved[index + channel] }
    mono.append(sum / Float(channels))
    index += channels
  }
}
