/// The audio of an AU, AIFF, 8SVX, Wave64 or CAF file, by the size that stands before it.
///
/// libsndfile silently plays what there is of a file that was cut short, and nothing where a pipe
/// has left a size of 0. So the size is read here too, and where it is not right, libsndfile is
/// given a header in which it is.
struct SizedAudio {
  /// What libsndfile reads.
  let decoderBytes: DecoderBytes
  let remark: String?

  /// Where the size of the audio stands.
  private struct Field {
    /// The first byte of the number.
    var offset: Int64
    var width: Int
    var bigEndian: Bool
    /// What it counts besides the audio.
    var overhead: Int64
    /// The first byte of the audio.
    var audio: Int64
    /// Bytes of a sample of all channels, as far as the header has said it by then.
    var frameBytes: Int64 = 1
    /// Where the number of frames stands too, four bytes in the same order.
    var frames: Int64?
  }

  private static let maximumChunks = 4_096
  /// The longest header that is copied to be mended.
  private static let maximumHeader: Int64 = 16 << 20

  /// - Throws: ``AudioError``: headerPromisesMore; damaged, where no audio is found.
  init(
    _ file: borrowing OpenFile, from base: Int64, _ signature: Signature
  ) throws(AudioError) {
    let found: Field? =
      switch signature {
      case .au(let bigEndian): try Self.au(file, base, bigEndian: bigEndian)
      case .aiff: try Self.aiff(file, base)
      case .wave64: try Self.wave64(file, base)
      case .caf: try Self.caf(file, base)
      default: nil
      }
    guard let field = found,
      let stated = try HeaderBytes(file, at: field.offset, count: field.width)
        .integer(at: 0, bytes: field.width, bigEndian: field.bigEndian)
    else {
      throw AudioError(
        .damaged, "decode", file.path, detail: "has no audio that its header leads to")
    }
    let isAllOnes = stated == (field.width == 4 ? 0xFFFF_FFFF : -1)
    let available = max(0, file.byteCount - field.audio)
    let promise = try SizePromise(
      declared: isAllOnes ? nil : max(0, stated - field.overhead), available: available,
      frameBytes: field.frameBytes, fileBytes: file.byteCount - base,
      // Chunks or text may follow any audio of a known size. A size of 0 is left open by a stream;
      // one that counts what it must and no audio is that of an empty file.
      isFollowed: stated > 0 || available == 0, path: file.path)
    remark = promise.remark
    let end = max(field.audio, file.byteCount)
    if promise.byteCount == stated - field.overhead || field.audio - base > Self.maximumHeader {
      decoderBytes = DecoderBytes(ranges: [base..<file.byteCount])
      return
    }
    var header = try file.bytes(at: base, count: Int(field.audio - base))
    func put(_ value: Int64, at offset: Int64, _ width: Int) {
      let digits = HeaderBytes.digits(value, bytes: width, bigEndian: field.bigEndian)
      let start = Int(offset - base)
      if start + width <= header.count {
        header.replaceSubrange(start..<(start + width), with: digits)
      }
    }
    put(promise.byteCount + field.overhead, at: field.offset, field.width)
    if let frames = field.frames { put(promise.byteCount / field.frameBytes, at: frames, 4) }
    decoderBytes = DecoderBytes(header: header, ranges: [field.audio..<end])
  }

  private static func au(
    _ file: borrowing OpenFile, _ base: Int64, bigEndian: Bool
  ) throws(AudioError) -> Field? {
    let header = try HeaderBytes(file, at: base, count: 24)
    guard let start = header.integer(at: 4, bytes: 4, bigEndian: bigEndian),
      let encoding = header.integer(at: 12, bytes: 4, bigEndian: bigEndian),
      let channels = header.integer(at: 20, bytes: 4, bigEndian: bigEndian), start >= 24
    else { return nil }
    let width: Int64 =
      switch encoding {
      case 1, 2, 27: 1
      case 3: 2
      case 4: 3
      case 5, 6: 4
      case 7: 8
      default: 0
      }
    return Field(
      offset: base + 8, width: 4, bigEndian: bigEndian, overhead: 0, audio: base + start,
      frameBytes: max(1, encoding == 2 ? 2 * channels : width * channels))
  }

  private static func aiff(
    _ file: borrowing OpenFile, _ base: Int64
  ) throws(AudioError) -> Field? {
    var offset = base + 12
    var frameBytes: Int64 = 1
    var frames: Int64?
    for _ in 0..<maximumChunks {
      let header = try HeaderBytes(file, at: offset, count: 30)
      guard let name = header.name,
        let size = header.integer(at: 4, bytes: 4, bigEndian: true)
      else { return nil }
      if name == "COMM", let channels = header.integer(at: 8, bytes: 2, bigEndian: true),
        let bits = header.integer(at: 14, bytes: 2, bigEndian: true)
      {
        frameBytes = max(1, channels * ((bits + 7) / 8))
        frames = offset + 10
      }
      if name == "SSND" {
        return Field(
          offset: offset + 4, width: 4, bigEndian: true, overhead: 8, audio: offset + 16,
          frameBytes: frameBytes, frames: frames)
      }
      offset += 8 + size + (size & 1)
      if offset >= file.byteCount { return nil }
    }
    return nil
  }

  private static func wave64(
    _ file: borrowing OpenFile, _ base: Int64
  ) throws(AudioError) -> Field? {
    var offset = base + 40
    var frameBytes: Int64 = 1
    for _ in 0..<maximumChunks {
      let header = try HeaderBytes(file, at: offset, count: 40)
      // A size counts the 24 bytes of its own header, and chunks are padded to multiples of eight.
      guard let name = header.name,
        let size = header.integer(at: 16, bytes: 8, bigEndian: false)
      else { return nil }
      if name == "fmt ", header.bytes.count >= 40 {
        frameBytes =
          WaveChunks.FormatFields(Array(header.bytes[24...]), bigEndian: false).frameBytes
      }
      if name == "data" {
        return Field(
          offset: offset + 16, width: 8, bigEndian: false, overhead: 24, audio: offset + 24,
          frameBytes: frameBytes)
      }
      if size < 24 || size > file.byteCount - offset { return nil }
      offset += (size + 7) & ~7
    }
    return nil
  }

  private static func caf(
    _ file: borrowing OpenFile, _ base: Int64
  ) throws(AudioError) -> Field? {
    var offset = base + 8
    var frameBytes: Int64 = 1
    for _ in 0..<maximumChunks {
      let header = try HeaderBytes(file, at: offset, count: 44)
      guard let name = header.name, let size = header.integer(at: 4, bytes: 8, bigEndian: true)
      else { return nil }
      if name == "desc", let packet = header.integer(at: 28, bytes: 4, bigEndian: true),
        header.integer(at: 32, bytes: 4, bigEndian: true) == 1
      {
        frameBytes = max(1, packet)
      }
      if name == "data" {
        // The number of edits stands before the audio.
        return Field(
          offset: offset + 4, width: 8, bigEndian: true, overhead: 4, audio: offset + 16,
          frameBytes: frameBytes)
      }
      if size < 0 || size > file.byteCount - offset - 12 { return nil }
      offset += 12 + size
    }
    return nil
  }
}
