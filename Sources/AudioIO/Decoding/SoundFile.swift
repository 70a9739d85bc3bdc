import Wording
import CSndfile
import Glibc

/// A file open in libsndfile, both closed when the value ends.
@safe struct SoundFile: ~Copyable, OpenSound {
  /// Mono 16-bit samples and everything else are read by different calls.
  private var handle: OpaquePointer
  private var stream: VirtualFile
  /// What the header says; `frames` is 0 where it gives no count.
  let format: AudioFormat
  /// Whether the samples are 16-bit PCM.
  let isInteger16: Bool
  /// The file that `stream` borrows from.
  private let file: OpenFile
  /// What is decoded, one after the other.
  private let parts: [DecoderBytes]
  private var part = 0

  var path: String { file.path }

  /// Opens the audio in `file`: the parts must be alike in rate and channels.
  /// - Throws: ``AudioError``: unsupported, no samples, out of range, formatChanges.
  init(_ file: consuming OpenFile, _ parts: [DecoderBytes]) throws(AudioError) {
    var frames: Int64 = 0
    var first: SF_INFO?
    // Opened in turn: how long they are together is known before anything is decoded.
    for part in parts.dropFirst() {
      let stream = VirtualFile(part, of: file)
      let (handle, info) = unsafe try Self.open(stream, file.path)
      _ = unsafe sf_close(handle)
      frames += max(0, info.frames)
      if let first, info.samplerate != first.samplerate || info.channels != first.channels {
        throw Self.change(from: first, to: info, file.path)
      }
      first = first ?? info
    }
    let stream = VirtualFile(parts[0], of: file)
    let (handle, info) = unsafe try Self.open(stream, file.path)
    frames += info.frames
    let names = SoundFileNames(info.format)
    let format = AudioFormat(
      container: names.container ?? "", encoding: names.encoding,
      sampleRate: Int(info.samplerate), channels: Int(info.channels),
      // Files of unknown length state the largest count (FLAC from a pipe).
      frames: info.frames >= Int64.max ? 0 : Int(max(0, frames)))
    let error: AudioError? =
      if let first, info.samplerate != first.samplerate || info.channels != first.channels {
        Self.change(from: info, to: first, file.path)
      } else if names.container == nil {
        AudioError(.unsupported, "decode", file.path)
      } else if !(1...Decoding.maximumChannels ~= format.channels) {
        AudioError(.tooManyChannels(format.channels), "decode", file.path)
      } else if info.frames <= 0 {
        AudioError(.noSamples, "decode", file.path)
      } else {
        nil
      }
    if let error {
      _ = unsafe sf_close(handle)
      throw error
    }
    unsafe self.handle = unsafe handle
    self.stream = stream
    self.format = format
    isInteger16 = names.isInteger16
    self.file = file
    self.parts = parts
  }

  deinit {
    // What a close of a file that was only read may report is of no use to anybody.
    _ = unsafe sf_close(handle)
  }

  private static func open(
    _ stream: VirtualFile, _ path: String
  ) throws(AudioError) -> (OpaquePointer, SF_INFO) {
    var info = SF_INFO()
    var callbacks = unsafe VirtualFile.soundFileCallbacks()
    guard
      let handle = unsafe sf_open_virtual(
        &callbacks, Int32(SFM_READ), &info, stream.context)
    else {
      if stream.failure != 0 {
        throw AudioError(.unreadable(errno: stream.failure), "read", path)
      }
      // libsndfile keeps the reason in a variable of the whole process, where another thread may
      // have put its own by now.
      throw AudioError(.unsupported, "decode", path)
    }
    return unsafe (handle, info)
  }

  private static func change(from: SF_INFO, to: SF_INFO, _ path: String) -> AudioError {
    AudioError(
      .formatChanges(frame: Int(from.frames)), "decode", path,
      detail: "is several streams in a row, and changes from \(from.samplerate) Hz with "
        + "\(Words.counted(from.channels, "channel")) to \(to.samplerate) Hz with \(to.channels)")
  }

  /// Opens the next part in the place of the one that has ended; false where there is none.
  private mutating func advance() throws(AudioError) -> Bool {
    let status = unsafe sf_error(handle)
    if part + 1 >= parts.count || status != 0 { return false }
    part += 1
    let next = VirtualFile(parts[part], of: file)
    let (opened, _) = unsafe try Self.open(next, path)
    _ = unsafe sf_close(handle)
    unsafe handle = unsafe opened
    stream = next
    return true
  }

  /// Reads up to `frames` frames of 16-bit samples; 0 at the end.
  mutating func read(into buffer: inout [Int16], frames: Int) throws(AudioError) -> Int {
    while true {
      let count = Int(unsafe sf_readf_short(handle, &buffer, sf_count_t(frames)))
      if count > 0 { return count }
      if try !advance() { return 0 }
    }
  }

  mutating func read(into buffer: inout [Float], frames: Int) throws(AudioError) -> Int {
    while true {
      let count = Int(unsafe sf_readf_float(handle, &buffer, sf_count_t(frames)))
      if count > 0 { return count }
      if try !advance() { return 0 }
    }
  }

  func verdict(frames: Int) -> AudioError? {
    if stream.failure != 0 { return AudioError(.unreadable(errno: stream.failure), "read", path) }
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
