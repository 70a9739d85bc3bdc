/// What a header says of the size of the audio, beside what is there.
///
/// Programs that write to a pipe cannot know the size and cannot come back to fill it in. They
/// leave all ones, 0, or the largest size that is safe (sox 0x7FFFF000, arecord 0x7FFFFFFF or
/// 0x80000000): no promise, the audio ends where the file does. Others count a little too much: the
/// padding, half a sample, or headers. All there is is used then, with a remark. Any other size
/// above what is there is a broken promise.
struct SizePromise: Sendable, Hashable {
  /// Bytes of audio to use.
  let byteCount: Int64
  /// What is odd about the size; nil where nothing is.
  let remark: String?

  /// - Parameters:
  ///   - declared: bytes of audio that the header states; nil for "to the end of the file".
  ///   - available: bytes from the audio's start to the end of the file.
  ///   - frameBytes: bytes of a sample of all channels; 1 where samples have no size of their own.
  ///   - fileBytes: bytes of the whole file.
  ///   - isFollowed: whether well-formed chunks follow an audio of the declared size.
  /// - Throws: ``AudioError`` of the kind headerPromisesMore.
  init(
    declared: Int64?, available: Int64, frameBytes: Int64, fileBytes: Int64, isFollowed: Bool,
    path: String
  ) throws(AudioError) {
    guard let declared, !Self.isLeftByAStream(declared, available) else {
      (byteCount, remark) = (available, nil)
      return
    }
    if declared <= 0, !isFollowed {
      (byteCount, remark) = (available, nil)
      return
    }
    let missing = declared - available
    if missing > 0 {
      // CubicSDR counts 16 bytes too many; others count the file, or the file but for its first
      // chunk.
      guard
        missing < frameBytes || missing == 16 || declared == fileBytes - 8
          || declared == fileBytes
      else {
        throw AudioError(.headerPromisesMore(declared: declared, actual: available), "check", path)
      }
      byteCount = available
      remark =
        "its header counts \(declared) bytes of audio, \(missing) more than the file has: it is used "
        + "to its end"
      return
    }
    byteCount = max(0, declared)
    let rest = available - byteCount
    if rest >= Self.muchMore, !isFollowed {
      remark =
        "its header counts \(byteCount) bytes of audio; \(rest) bytes of no known kind follow them "
        + "and are not used"
    } else if byteCount % frameBytes != 0 {
      remark =
        "its header counts \(byteCount) bytes of audio, which ends within a sample: "
        + "\(byteCount % frameBytes) are not used"
    } else {
      remark = nil
    }
  }

  /// Bytes of no known kind behind the audio that are worth a remark.
  private static let muchMore: Int64 = 4_096

  /// Whether a size is one of those that programs leave who cannot know it: within 8 KiB, a
  /// header's size, below 2³¹ or 2³², or below 2⁶³.
  private static func isLeftByAStream(_ declared: Int64, _ available: Int64) -> Bool {
    if declared <= available { return declared < 0 }
    return (0x7FFF_E000...0x8000_0000).contains(declared)
      || (0xFFFF_E000...0xFFFF_FFFF).contains(declared) || declared >= Int64.max - 8_192
  }
}
