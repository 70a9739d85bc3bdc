import CMPG123
import Glibc

/// A stream of MPEG audio, layer I to III, open in libmpg123.
///
/// libsndfile decodes by libmpg123 too, but takes that library's guess at the number of frames (by
/// the file's size and its first frame) for the truth: it stops at it, or seems to end before it.
/// The samples are the same ones: what encoder and decoder put before and behind the music is left
/// out where a LAME table says how much that is, and kept where nothing says so.
@safe struct MPEGDecoder: ~Copyable, OpenSound {
  private let handle: OpaquePointer
  private let stream: VirtualFile
  private let file: OpenFile
  /// Samples a channel that are still to be left out before the music.
  private var leading: Int
  /// Samples a channel of the music that are still to be given.
  private var left: Int
  let format: AudioFormat
  var path: String { file.path }
  /// The library's word for what went wrong.
  private var failure: String?

  /// - Parameter container: the container that the frames lie in.
  /// - Throws: ``AudioError``: out of range, library.
  init(
    _ file: consuming OpenFile, _ frames: MPEGFrames, container: String
  ) throws(AudioError) {
    let path = file.path
    format = AudioFormat(
      container: container,
      encoding: ["MPEG_LAYER_I", "MPEG_LAYER_II", "MPEG_LAYER_III"][frames.header.layer - 1],
      sampleRate: frames.header.sampleRate, channels: frames.header.channels,
      frames: frames.samples)
    leading = frames.leadingSamples
    left = frames.samples
    let stream = VirtualFile(DecoderBytes(ranges: frames.ranges), of: file)
    var status: Int32 = 0
    guard let handle = unsafe mpg123_new(nil, &status) else {
      throw Self.failure(status, path)
    }
    let flags = MPG123_QUIET.rawValue | MPG123_FORCE_FLOAT.rawValue
    var statuses = [
      unsafe mpg123_param2(handle, Int32(MPG123_ADD_FLAGS.rawValue), Int(flags), 0),
      unsafe mpg123_param2(
        handle, Int32(MPG123_REMOVE_FLAGS.rawValue),
        Int(MPG123_AUTO_RESAMPLE.rawValue | MPG123_GAPLESS.rawValue), 0),
      unsafe mpg123_replace_reader_handle(
        handle,
        { context, target, count in
          guard let context = unsafe context, let target = unsafe target else { return 0 }
          return unsafe VirtualFile.at(context).read(into: target, count: count)
        }, { _, _, _ in -1 }, nil),
    ]
    if let length = frames.freeLength {
      // The library counts a frame without its header.
      statuses.append(
        unsafe mpg123_param2(handle, Int32(MPG123_FREEFORMAT_SIZE.rawValue), length - 4, 0))
    }
    statuses.append(unsafe mpg123_open_handle(handle, stream.context))
    if let refused = statuses.first(where: { $0 != MPG123_OK.rawValue }) {
      unsafe mpg123_delete(handle)
      throw Self.failure(refused, path)
    }
    unsafe self.handle = unsafe handle
    self.stream = stream
    self.file = file
    failure = nil
  }

  deinit {
    unsafe mpg123_delete(handle)
  }

  private static func failure(_ status: Int32, _ path: String) -> AudioError {
    let words = unsafe String(cString: mpg123_plain_strerror(status))
    return AudioError(
      .library, "decode", path, detail: "cannot be decoded (libmpg123: \(words))")
  }

  mutating func read(into buffer: inout [Float], frames: Int) throws(AudioError) -> Int {
    while leading > 0 {
      let skipped = try decode(into: &buffer, frames: min(leading, frames))
      if skipped == 0 { return 0 }
      leading -= skipped
    }
    let count = try decode(into: &buffer, frames: min(left, frames))
    left -= count
    return count
  }

  private mutating func decode(
    into buffer: inout [Float], frames: Int
  ) throws(AudioError) -> Int {
    let frameBytes = MemoryLayout<Float>.stride * format.channels
    var filled = 0
    while filled < frames * frameBytes {
      var done = 0
      let status = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe mpg123_read(
          handle, bytes.baseAddress?.advanced(by: filled), frames * frameBytes - filled, &done)
      }
      filled += done
      if status == MPG123_NEW_FORMAT.rawValue { continue }
      if status != MPG123_OK.rawValue {
        if status != MPG123_DONE.rawValue {
          failure = unsafe String(cString: mpg123_plain_strerror(mpg123_errcode(handle)))
        }
        break
      }
      if done == 0 { break }
    }
    if stream.failure != 0 { throw AudioError(.unreadable(errno: stream.failure), "read", path) }
    return filled / frameBytes
  }

  func verdict(frames: Int) -> AudioError? {
    if let failure {
      return AudioError(.damaged, "decode", path, detail: "is damaged (\(failure))")
    }
    if frames < format.frames {
      return AudioError(
        .damaged, "decode", path,
        detail: "is damaged: \(frames) of its \(format.frames) samples a channel can be decoded")
    }
    return frames == 0 ? AudioError(.noSamples, "decode", path) : nil
  }
}
