/// How files are decoded.
public struct Decoding: Sendable, Hashable, Codable {
  /// The rate of the result in Hz, 1,000 to 768,000; files of another rate are resampled.
  public var sampleRate: Int
  /// The longest duration that is decoded, in seconds, above 0. Longer files are refused.
  public var maximumSeconds: Double
  /// Whether the first two channels are kept in addition to the mean: see ``DecodedTrack/stereo``.
  public var keepsStereo = false

  /// Decoding to `sampleRate`, of files that play for at most `maximumSeconds`.
  public init(sampleRate: Int = 22_050, maximumSeconds: Double = 600) {
    self.sampleRate = sampleRate
    self.maximumSeconds = maximumSeconds
  }

  /// The sample rates that files may have and that can be requested, in Hz.
  public static let sampleRates = 1_000...768_000
  /// The largest number of channels that a file may have.
  public static let maximumChannels = 64
}

/// A decoded file: the mean of its channels, and its first two channels where they were requested.
public struct DecodedTrack: Sendable, Hashable {
  /// The samples at ``sampleRate``.
  public var samples: Samples
  /// The first two channels at ``sampleRate``, each decoded as if it were a file of its own: integers
  /// if the file has 16-bit samples at this rate. Nil if they were not requested, or if the file has
  /// one channel.
  public var stereo: StereoSamples?
  /// Samples a second.
  public var sampleRate: Int
  /// The format of the file; its `frames` is the number of frames that were decoded.
  public var source: AudioFormat
  /// How many of the file's `frames` × `channels` samples are clipped: they belong to a run of three
  /// or more samples of one channel at full scale with the same sign. Full scale is 32,767 / 32,768,
  /// and less in 8-bit files.
  public var clippedSamples: Int
  /// The MD5 of the file's bytes, 32 lower-case hexadecimal digits; nil if it was not requested.
  public var md5: String?
  /// The XXH3-128 of the file's bytes, 32 lower-case hexadecimal digits.
  public var xxh3: String
  /// The size of the file in bytes.
  public var byteCount: Int64
  /// A fault of the file that does not prevent its use, such as a header that counts a few bytes too
  /// many; nil if there is none.
  public var remark: String?

  /// A decoded file.
  public init(
    samples: Samples, stereo: StereoSamples? = nil, sampleRate: Int, source: AudioFormat,
    clippedSamples: Int = 0, md5: String?, xxh3: String, byteCount: Int64, remark: String? = nil
  ) {
    self.samples = samples
    self.stereo = stereo
    self.sampleRate = sampleRate
    self.source = source
    self.clippedSamples = clippedSamples
    self.md5 = md5
    self.xxh3 = xxh3
    self.byteCount = byteCount
    self.remark = remark
  }
}

extension Decoding {
  /// - Throws: ``AudioError`` where the rate asked for is one that nothing can be brought to.
  func check(_ path: String) throws(AudioError) {
    if Self.sampleRates.contains(sampleRate) { return }
    throw AudioError(
      .sampleRateOutOfRange(sampleRate), "decode", path,
      detail: "cannot be brought to \(sampleRate) Hz")
  }
}
