import CSndfile
import Glibc

/// A file open in libsndfile, both closed when the value ends.
@safe struct SoundFile: ~Copyable {
  private let handle: OpaquePointer
  /// What the header says; `frames` is 0 where it gives no count.
  let format: AudioFormat
  /// Whether the samples are 16-bit PCM.
  let isInteger16: Bool
  /// The file that `handle` reads from, by a descriptor of its own.
  private let file: OpenFile

  var path: String { file.path }

  /// Opens the audio in `file`, once its header has been found to promise no more than there is.
  /// - Throws: ``AudioError``: not audio, unsupported, truncated, no samples, out of range.
  init(_ file: consuming OpenFile) throws(AudioError) {
    let path = file.path
    let start = try file.bytes(at: 0, count: Signature.byteCount)
    guard let signature = Signature(start) else { throw AudioError(.notAudio, "decode", path) }
    let declared = try DeclaredAudio.read(file, signature)
    if let error = declared?.error(path: path) { throw error }
    if signature == .ogg { try OggEnd.check(file) }
    var info = SF_INFO()
    // A descriptor of its own, since libsndfile closes the one it has where it refuses some files, whatever it
    // was asked for; one that both close could be another thread's file by then.
    let own = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 0)
    if own < 0 { throw AudioError(.unreadable(errno: errno), "open", path) }
    guard let handle = unsafe sf_open_fd(own, Int32(SFM_READ), &info, 1) else {
      // libsndfile keeps the reason in a variable of the whole process, where another thread may
      // have put its own by now; the signature is what this file itself says.
      let kind: AudioError.Kind = signature == .mpeg ? .notAudio : .unsupported
      throw AudioError(kind, "decode", path)
    }
    let names = SoundFileNames(info.format)
    // Files of unknown length state the largest count (FLAC from a pipe).
    let frames = info.frames >= Int64.max ? 0 : Int(max(0, info.frames))
    let format = AudioFormat(
      container: names.container ?? "", encoding: names.encoding,
      sampleRate: Int(info.samplerate), channels: Int(info.channels), frames: frames)
    let error: AudioError.Kind? =
      if names.container == nil {
        .unsupported
      } else if !(1...Decoding.maximumChannels ~= format.channels) {
        .tooManyChannels(format.channels)
      } else if !Decoding.sampleRates.contains(format.sampleRate) {
        .sampleRateOutOfRange(format.sampleRate)
      } else if info.frames <= 0 {
        .noSamples
      } else if declared?.declared == 0 {
        // A recorder that was killed leaves a count of 0, and libsndfile plays what follows it.
        .neverClosed
      } else {
        nil
      }
    if let error {
      _ = unsafe sf_close(handle)
      throw AudioError(error, "decode", path)
    }
    unsafe self.handle = unsafe handle
    self.format = format
    isInteger16 = names.isInteger16
    self.file = file
  }

  deinit {
    // What a close of a file that was only read may report is of no use to anybody.
    _ = unsafe sf_close(handle)
  }

  /// Reads up to `frames` frames of 16-bit samples; 0 at the end.
  mutating func read(into buffer: inout [Int16], frames: Int) -> Int {
    Int(unsafe sf_readf_short(handle, &buffer, sf_count_t(frames)))
  }

  /// Reads up to `frames` frames of all channels, interleaved, full scale being -1 to 1.
  mutating func read(into buffer: inout [Float], frames: Int) -> Int {
    Int(unsafe sf_readf_float(handle, &buffer, sf_count_t(frames)))
  }

  /// The verdict once everything was read: `frames` must be as many as the header promised.
  func verdict(frames: Int) -> AudioError? {
    if unsafe sf_error(handle) != 0 {
      let words = unsafe String(cString: sf_strerror(handle))
      return AudioError(.damaged, "decode", path, detail: "is damaged (\(words))")
    }
    if frames < format.frames {
      return AudioError(.truncated(declared: format.frames, actual: frames), "decode", path)
    }
    return frames == 0 ? AudioError(.noSamples, "decode", path) : nil
  }
}
