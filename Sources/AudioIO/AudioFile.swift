/// Audio files, read whole.
public enum AudioFile {
  /// What the file at `path` holds, from its header; nothing is decoded. The frames of MPEG audio
  /// are counted one by one.
  ///
  /// The number of bytes in the header is checked (see ``decode(at:_:)``), the audio is not.
  /// - Throws: ``AudioError``, as ``decode(at:_:)``.
  public static func probe(at path: String) throws(AudioError) -> AudioFormat {
    try probe(OpenFile(path: path))
  }

  /// As ``probe(at:)``, of a file that is open.
  static func probe(_ file: consuming OpenFile) throws(AudioError) -> AudioFormat {
    let path = file.path
    let layout = try AudioLayout.find(in: file)
    switch layout.coding {
    case .soundFile(let parts):
      let sound = try SoundFile(file, parts)
      try check(sound.format, path)
      return sound.format
    case .mpeg(let frames, let container):
      let decoder = try MPEGDecoder(file, frames, container: container)
      try check(decoder.format, path)
      return decoder.format
    }
  }

  /// Decodes the file at `path` to one channel at one rate.
  ///
  /// - wav (RIFF, RIFX, RF64, BW64, extensible), Wave64, aiff, au, caf, flac, ogg (Vorbis, Opus,
  ///   FLAC), MPEG audio (layer I to III; in a wav file too), NIST SPHERE, voc, 8svx, ircam, paf,
  ///   pvf and avr, 1 to 64 channels, 1 to 768 kHz. The content decides, not the name.
  /// - One channel of 16-bit samples at the rate asked for stays as it is (``Samples/int16(_:)``).
  ///   Anything else becomes 32-bit float, full scale -1 to 1, 16-bit samples over 32,768.
  /// - Several channels become their mean: summed in order in 32-bit float, then divided, as
  ///   `librosa.to_mono` does.
  /// - Another rate is resampled by soxr at quality HQ, after the mean.
  /// - Where `decoding` keeps them, the first two of several channels come too, each as it would
  ///   alone.
  /// - Audio that ends before its header says so is refused, never used in part: fewer bytes than a
  ///   wav, Wave64, aiff, au or caf header counts, fewer frames than a flac header or the Xing,
  ///   Info or VBRI table of an mp3 counts, an Ogg stream without its end, a last frame of MPEG
  ///   audio or FLAC that is cut short. Sizes that programs write into a header before they
  ///   know the length, as into a pipe, are ignored: the audio ends where the file does. A size a
  ///   few bytes too large is a ``DecodedTrack/remark``.
  /// - Streams in a row are read whole where rate and channels stay the same: joined mp3 files, a
  ///   chained Ogg. Where they change, the file is refused.
  /// - Tags, chunks and other bytes before and after the audio are passed over; within MPEG audio
  ///   they are damage.
  /// - Of mp3 files the same samples come as from `librosa.load` by soundfile: the delays of
  ///   encoder and decoder are left out where a LAME table states them, and kept where nothing
  ///   does.
  /// - Parameters:
  ///   - path: the file; links are followed.
  ///   - decoding: the rate of the result and the longest file that is accepted.
  ///   - takesMD5: whether the MD5 of the file is taken too, which takes several times as long as
  ///     all else where the samples lie in the file as they are.
  /// - Throws: ``AudioError`` with the verdict on the file.
  public static func decode(
    at path: String, _ decoding: Decoding = Decoding(), takesMD5: Bool = false
  ) throws(AudioError) -> DecodedTrack {
    try decoding.check(path)
    return try decode(OpenFile(path: path), decoding, takesMD5: takesMD5)
  }

  /// As ``decode(at:_:takesMD5:)``, of a file that is open.
  static func decode(
    _ opened: consuming OpenFile, _ decoding: Decoding, takesMD5: Bool
  ) throws(AudioError) -> DecodedTrack {
    var file = opened
    let path = file.path
    try file.hold()
    let byteCount = file.byteCount
    let md5 = takesMD5 ? try file.md5() : nil
    let xxh3 = try file.xxh3()
    let layout = try AudioLayout.find(in: file)
    let source: AudioFormat
    let decoded: DecodedSamples
    switch layout.coding {
    case .soundFile where layout.plainSamples?.format.sampleRate == decoding.sampleRate:
      (decoded, source) = try DecodedSamples.plain(layout, file, decoding)
    case .soundFile(let parts):
      var sound = try SoundFile(file, parts)
      source = sound.format
      try check(source, path)
      let keepsIntegers =
        sound.isInteger16 && source.channels == 1 && source.sampleRate == decoding.sampleRate
      decoded =
        try keepsIntegers
        ? DecodedSamples.integers(&sound, decoding)
        : DecodedSamples.mean(&sound, decoding, isInteger: sound.isInteger16)
    case .mpeg(let frames, let container):
      var decoder = try MPEGDecoder(file, frames, container: container)
      source = decoder.format
      try check(source, path)
      decoded = try DecodedSamples.mean(&decoder, decoding, isInteger: false)
    }
    var found = source
    found.frames = decoded.frames
    return DecodedTrack(
      samples: decoded.samples, stereo: decoded.stereo, sampleRate: decoding.sampleRate,
      source: found, clippedSamples: decoded.clipped, md5: md5, xxh3: xxh3, byteCount: byteCount,
      remark: layout.remark)
  }

  private static func check(_ format: AudioFormat, _ path: String) throws(AudioError) {
    if !Decoding.sampleRates.contains(format.sampleRate) {
      throw AudioError(.sampleRateOutOfRange(format.sampleRate), "decode", path)
    }
  }
}
