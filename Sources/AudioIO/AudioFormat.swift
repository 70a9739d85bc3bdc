/// What an audio file holds, as its own header says.
public struct AudioFormat: Sendable, Hashable, Codable {
  /// The container: `WAV`, `WAVEX`, `RF64`, `W64`, `AIFF`, `AU`, `CAF`, `FLAC`, `OGG`, `MPEG`,
  /// `NIST`, `VOC`, `SVX`, `IRCAM`, `PAF`, `PVF` or `AVR`.
  public var container: String
  /// How samples are stored in it: `PCM_16`, `FLOAT`, `VORBIS` and so on, libsndfile's names.
  public var encoding: String
  /// Samples a second and channel.
  public var sampleRate: Int
  /// The number of channels.
  public var channels: Int
  /// Samples a channel, at the source's rate; 0 where a probe finds no count in the header.
  public var frames: Int

  /// A description of a file.
  public init(
    container: String, encoding: String, sampleRate: Int, channels: Int, frames: Int
  ) {
    self.container = container
    self.encoding = encoding
    self.sampleRate = sampleRate
    self.channels = channels
    self.frames = frames
  }

  /// How long the file plays, in seconds.
  public var seconds: Double { Double(frames) / Double(sampleRate) }
}
