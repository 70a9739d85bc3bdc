/// How files are decoded.
public struct Decoding: Sendable, Hashable, Codable {
  /// The rate of the result in Hz, 1,000 to 768,000; files of another rate are resampled.
  public var sampleRate: Int
  /// The longest file that is decoded, in seconds, above 0; a longer one is refused.
  public var maximumSeconds: Double
  /// Whether the first two channels are kept beside the mean: ``DecodedTrack/stereo``.
  public var keepsStereo = false

  /// Decoding to `sampleRate`, of files that play for at most `maximumSeconds`.
  public init(sampleRate: Int = 22_050, maximumSeconds: Double = 600) {
    self.sampleRate = sampleRate
    self.maximumSeconds = maximumSeconds
  }

  /// The sample rates that are read and made, in Hz.
  public static let sampleRates = 1_000...768_000
  /// The largest number of channels that is read.
  public static let maximumChannels = 64
}

/// A file, decoded to one channel, and to its first two where that is asked for.
public struct DecodedTrack: Sendable, Hashable {
  /// The samples at ``sampleRate``.
  public var samples: Samples
  /// The first two channels at ``sampleRate``, each as a file of its own would be decoded: integers
  /// where the file has 16 bits and this rate. Nil where they were not asked for, and where the
  /// file has one channel.
  public var stereo: StereoSamples?
  /// Samples a second.
  public var sampleRate: Int
  /// What the file held; `frames` is what was decoded.
  public var source: AudioFormat
  /// How many of the file's `frames` × `channels` samples lie in runs of three or more of one
  /// channel at full scale on the same side; full scale is 32,767 of 32,768, less in files of 8
  /// bits.
  public var clippedSamples: Int
  /// The MD5 of the file's bytes, 32 lower-case hexadecimal digits; nil where it was not asked for.
  public var md5: String?
  /// The XXH3-128 of the file's bytes, 32 lower-case hexadecimal digits.
  public var xxh3: String
  /// The size of the file in bytes.
  public var byteCount: Int64
  /// What is odd about the file and no reason not to use it, such as a header that counts a few
  /// bytes more than there are; nil where nothing is.
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
