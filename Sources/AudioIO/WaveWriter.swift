import CSndfile
import Files
import Glibc

/// Writes audio files, for demonstrations and tests.
public enum WaveWriter {
  /// Writes one channel of 16-bit samples as a WAV file; a file that is there is replaced
  /// when the new one is whole.
  /// - Parameters:
  ///   - samples: the samples.
  ///   - sampleRate: samples a second, 1,000 to 768,000.
  ///   - path: where to; its folder must exist.
  /// - Throws: ``AudioError`` of the kinds unwritable and sampleRateOutOfRange.
  public static func write(
    samples: [Int16], sampleRate: Int, to path: String
  ) throws(AudioError) {
    let format = Int(SF_FORMAT_WAV) | Int(SF_FORMAT_PCM_16)
    var file = try WritableSoundFile(
      path: path, channels: 1, sampleRate: sampleRate, format: format)
    let written = file.write(samples)
    try file.finish(written: written, of: samples.count)
  }

  /// Writes 16-bit samples, channels side by side, as a FLAC file: what is read back are the very
  /// same.
  /// - Throws: ``AudioError`` of the kinds unwritable and sampleRateOutOfRange.
  package static func writeFLAC(
    interleaved samples: [Int16], channels: Int, sampleRate: Int, to path: String
  ) throws(AudioError) {
    var file = try WritableSoundFile(
      path: path, channels: channels, sampleRate: sampleRate, format: Form.flac16.format)
    let written = file.write(samples)
    try file.finish(written: written, of: samples.count)
  }

  /// The forms in which test files are written.
  package enum Form: CaseIterable {
    case wav16, wav8, wav24, wavFloat, wavDouble, wavExtensible, rf64, wave64, aiff16, au16, caf16
    case flac16, vorbis, opus, mp3

    fileprivate var format: Int {
      switch self {
      case .wav16: Int(SF_FORMAT_WAV) | Int(SF_FORMAT_PCM_16)
      case .wav8: Int(SF_FORMAT_WAV) | Int(SF_FORMAT_PCM_U8)
      case .wav24: Int(SF_FORMAT_WAV) | Int(SF_FORMAT_PCM_24)
      case .wavFloat: Int(SF_FORMAT_WAV) | Int(SF_FORMAT_FLOAT)
      case .wavDouble: Int(SF_FORMAT_WAV) | Int(SF_FORMAT_DOUBLE)
      case .wavExtensible: Int(SF_FORMAT_WAVEX) | Int(SF_FORMAT_PCM_16)
      case .rf64: Int(SF_FORMAT_RF64) | Int(SF_FORMAT_PCM_16)
      case .wave64: Int(SF_FORMAT_W64) | Int(SF_FORMAT_PCM_16)
      case .aiff16: Int(SF_FORMAT_AIFF) | Int(SF_FORMAT_PCM_16)
      case .au16: Int(SF_FORMAT_AU) | Int(SF_FORMAT_PCM_16)
      case .caf16: Int(SF_FORMAT_CAF) | Int(SF_FORMAT_PCM_16)
      case .flac16: Int(SF_FORMAT_FLAC) | Int(SF_FORMAT_PCM_16)
      case .vorbis: Int(SF_FORMAT_OGG) | Int(SF_FORMAT_VORBIS)
      case .opus: Int(SF_FORMAT_OGG) | Int(SF_FORMAT_OPUS)
      case .mp3: Int(SF_FORMAT_MPEG) | Int(SF_FORMAT_MPEG_LAYER_III)
      }
    }
  }

  /// Writes interleaved samples of full scale -1 to 1 in any form.
  package static func write(
    interleaved samples: [Float], channels: Int, sampleRate: Int, as form: Form, to path: String
  ) throws(AudioError) {
    var file = try WritableSoundFile(
      path: path, channels: channels, sampleRate: sampleRate, format: form.format)
    let written = file.write(samples)
    try file.finish(written: written, of: samples.count)
  }
}

/// A file that libsndfile writes; it must be finished, or nothing is left of it.
@safe private struct WritableSoundFile: ~Copyable {
  /// Nil once closed.
  private var handle: OpaquePointer?
  private var file: FileReplacement
  private let path: String

  init(path: String, channels: Int, sampleRate: Int, format: Int) throws(AudioError) {
    if !Decoding.sampleRates.contains(sampleRate) {
      throw AudioError(.sampleRateOutOfRange(sampleRate), "write", path)
    }
    let file: FileReplacement
    do throws(FileError) { file = try FileReplacement(path) } catch {
      throw AudioError(.unwritable(errno: error.code), "write", path)
    }
    var info = SF_INFO()
    info.samplerate = Int32(sampleRate)
    info.channels = Int32(clamping: channels)
    info.format = Int32(format)
    guard let handle = unsafe sf_open_fd(file.descriptor, Int32(SFM_WRITE), &info, 0) else {
      throw AudioError(
        .unwritable(errno: 0), "write", path, detail: "cannot be written in this form")
    }
    unsafe self.handle = unsafe handle
    self.file = file
    self.path = path
    // A sample above full scale must not wrap around.
    _ = unsafe sf_command(handle, Int32(SFC_SET_CLIPPING), nil, Int32(SF_TRUE))
  }

  deinit {
    if let handle = unsafe handle { _ = unsafe sf_close(handle) }
  }

  func write(_ samples: [Int16]) -> Int {
    Int(unsafe sf_write_short(handle, samples, sf_count_t(samples.count)))
  }

  func write(_ samples: [Float]) -> Int {
    Int(unsafe sf_write_float(handle, samples, sf_count_t(samples.count)))
  }

  /// Closes the file; what is wrong by then is an error.
  mutating func finish(written: Int, of count: Int) throws(AudioError) {
    let status = unsafe sf_close(handle)
    unsafe handle = nil
    if written != count || status != 0 {
      throw AudioError(
        .unwritable(errno: 0), "write", path, detail: "could not be written to its end")
    }
    do throws(FileError) { try file.finish(isDurable: false) } catch {
      throw AudioError(.unwritable(errno: error.code), "write", path)
    }
  }
}
