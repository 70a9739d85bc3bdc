/// Where the audio lies in a file, and what is to decode it.
struct AudioLayout {
  /// What decodes it.
  enum Coding {
    /// libsndfile, these one after the other.
    case soundFile([DecoderBytes])
    /// libmpg123, and the name of the container.
    case mpeg(MPEGFrames, container: String)
  }

  let coding: Coding
  /// The bytes of the audio, where they are 16-bit samples of one channel in this machine's order.
  let plainSamples: (bytes: Range<Int64>, format: AudioFormat)?
  /// What is odd about the file and no reason not to use it.
  let remark: String?

  private init(
    _ coding: Coding, plainSamples: (bytes: Range<Int64>, format: AudioFormat)? = nil,
    remark: String? = nil
  ) {
    self.coding = coding
    self.plainSamples = plainSamples
    self.remark = remark
  }

  /// Finds the audio in a file, behind ID3 tags where there are some.
  /// - Throws: ``AudioError``: not audio, another format, headerPromisesMore, truncated, damaged,
  ///   unsupported, formatChanges.
  static func find(in file: borrowing OpenFile) throws(AudioError) -> AudioLayout {
    var window = ByteWindow(end: file.byteCount)
    let base = try TagBlock.endOfID3(at: 0, &window, in: file)
    let rest = base..<file.byteCount
    let start = try file.bytes(at: base, count: Signature.byteCount)
    guard let signature = Signature(start) else { return try mpeg(file, rest) }
    switch signature {
    case .riff(let bigEndian):
      return try wave(
        WaveChunks(file, from: base, bigEndian: bigEndian, isRF64: false), file,
        isPlain: !bigEndian)
    case .rf64:
      return try wave(
        WaveChunks(file, from: base, bigEndian: false, isRF64: true), file, isPlain: false)
    case .au, .aiff, .wave64, .caf:
      let audio = try SizedAudio(file, from: base, signature)
      return AudioLayout(.soundFile([audio.decoderBytes]), remark: audio.remark)
    case .flac:
      try FLACEnd.check(file, from: base)
      return AudioLayout(.soundFile([DecoderBytes(ranges: [rest])]))
    case .ogg:
      let links = try OggLinks.find(file, from: base)
      return AudioLayout(.soundFile(links.map { DecoderBytes(ranges: [$0]) }))
    case .plain: return AudioLayout(.soundFile([DecoderBytes(ranges: [rest])]))
    case .other(let name): throw AudioError(.otherFormat(name), "decode", file.path)
    case .mpeg: return try mpeg(file, rest)
    }
  }

  private static func mpeg(
    _ file: borrowing OpenFile, _ range: Range<Int64>
  ) throws(AudioError) -> AudioLayout {
    guard let frames = try MPEGFrames.find(file, in: range) else {
      throw AudioError(.notAudio, "decode", file.path)
    }
    return AudioLayout(.mpeg(frames, container: "MPEG"))
  }

  private static func wave(
    _ chunks: WaveChunks, _ file: borrowing OpenFile, isPlain: Bool
  ) throws(AudioError) -> AudioLayout {
    let fields = chunks.fields
    if fields.isMPEG {
      guard let frames = try MPEGFrames.find(file, in: chunks.audio) else {
        throw AudioError(
          .damaged, "decode", file.path, detail: "should hold MPEG audio and has no frame of it")
      }
      return AudioLayout(.mpeg(frames, container: "WAV"), remark: chunks.remark)
    }
    guard isPlain, fields.isPlain16 else {
      return AudioLayout(.soundFile([chunks.decoderBytes]), remark: chunks.remark)
    }
    let format = AudioFormat(
      container: "WAV", encoding: "PCM_16", sampleRate: fields.sampleRate, channels: 1,
      frames: chunks.audio.count / 2)
    return AudioLayout(
      .soundFile([chunks.decoderBytes]), plainSamples: (chunks.audio, format),
      remark: chunks.remark)
  }
}
