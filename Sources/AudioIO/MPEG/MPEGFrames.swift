/// The frames of MPEG audio in a file, found one by one: how many there are, not how many there
/// might be by the file's size.
struct MPEGFrames: Sendable, Hashable {
  /// The header of the first frame.
  let header: MPEGHeader
  /// What the first frame says of the whole file, where it is such a table.
  let info: MPEGInfo?
  /// Where the frames lie, the table among them; tags in between are left out.
  let ranges: [Range<Int64>]
  /// Frames, without a table that decoders leave out.
  let count: Int

  /// Bytes of a frame without its padding, in the free format.
  let freeLength: Int?

  /// Samples a channel before the music: what the encoder put there and the decoder adds, where a
  /// LAME table says how much that is. Elsewhere nobody knows, and all is kept.
  var leadingSamples: Int {
    guard let padding = info?.padding else { return 0 }
    return min(padding.before + Self.decoderDelay, count * header.samples)
  }

  /// Samples a channel from there to the end of the music. Where more frames follow than the table
  /// counts, files were joined, and what it says of its own end is the middle.
  var samples: Int {
    let rest = count * header.samples - leadingSamples
    guard let padding = info?.padding, count == info?.frames else { return rest }
    return max(0, rest - max(0, padding.behind - Self.decoderDelay))
  }

  /// Samples by which a decoder of layer III is late.
  private static let decoderDelay = 529

  /// Finds the frames between two offsets; nil where there are none.
  ///
  /// Tags, zeros and up to a megabyte of anything else before the first frame are passed over, and
  /// so is whatever follows the last frame. The number of frames that a Xing, Info or VBRI table
  /// states is a promise; without it the file ends where its last frame ends.
  /// - Throws: ``AudioError``: truncated, where the last frame is cut short or frames are missing
  ///   by the table's count; damaged, where something else lies between two frames; formatChanges.
  static func find(
    _ file: borrowing OpenFile, in range: Range<Int64>
  ) throws(AudioError) -> MPEGFrames? {
    var walk = MPEGWalk(end: range.upperBound, path: file.path)
    guard let start = try walk.start(from: range.lowerBound, in: file) else { return nil }
    return try walk.frames(from: start, in: file)
  }

  /// The verdict on frames that were found, of which `isCut` says that one more begins and does not
  /// end.
  init(
    header: MPEGHeader, info: MPEGInfo?, ranges: [Range<Int64>], found: Int,
    cut: (has: Int64, of: Int64)?, freeLength: Int?, path: String
  ) throws(AudioError) {
    self.header = header
    self.info = info
    self.ranges = ranges
    self.freeLength = freeLength
    count = found - (info?.isLeftOut == true ? 1 : 0)
    let promised = info?.frames.map { $0 + (info?.isLeftOut == false ? 1 : 0) }
    let byteCount = ranges.reduce(0) { $0 + Int64($1.count) }
    // Some encoders count the table too: then the bytes are all there.
    let isWhole = info?.bytes.map { $0 > 0 && $0 <= byteCount } ?? false
    if let promised, promised > count, !(isWhole && promised == count + 1) {
      throw AudioError(
        .truncated(declared: promised * header.samples, actual: count * header.samples), "decode",
        path)
    }
    if let cut, promised != count {
      throw AudioError(
        .truncated(declared: nil, actual: count * header.samples), "decode", path,
        detail: "is cut off within its last frame: \(cut.has) of its \(cut.of) bytes are there")
    }
    if count == 0 { throw AudioError(.noSamples, "decode", path) }
  }
}
