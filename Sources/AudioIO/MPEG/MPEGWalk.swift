import Wording

/// A walk from frame to frame of MPEG audio.
struct MPEGWalk {
  /// How far before the first frame something else may reach.
  private static let maximumJunk: Int64 = 1 << 20
  /// The longest frame of the free format that is found.
  private static let maximumFreeLength: Int64 = 8_192

  private let path: String
  private var window: ByteWindow
  /// Bytes of a frame without padding, in a stream of the free format.
  private var freeLength: Int64?
  private var end: Int64 { window.end }

  init(end: Int64, path: String) {
    window = ByteWindow(end: end)
    self.path = path
  }

  /// The offset of the first frame; nil where there is none.
  mutating func start(
    from offset: Int64, in file: borrowing OpenFile
  ) throws(AudioError) -> Int64? {
    var offset = offset
    while true {
      if let behind = try TagBlock.end(at: offset, &window, in: file) {
        offset = behind
      } else if try window.byte(at: offset, in: file) == 0 {
        offset += 1
      } else {
        break
      }
    }
    // Where nothing stands before it, a frame and what follows it are proof enough.
    if try isRun(of: 2, at: offset, in: file) { return offset }
    let limit = min(end, offset + Self.maximumJunk)
    while offset < limit {
      if try window.byte(at: offset, in: file) == 0xFF, try isRun(of: 4, at: offset, in: file) {
        return offset
      }
      offset += 1
    }
    return nil
  }

  /// Walks over all frames from the first one on.
  mutating func frames(
    from start: Int64, in file: borrowing OpenFile
  ) throws(AudioError) -> MPEGFrames? {
    guard let first = try header(at: start, in: file) else { return nil }
    var ranges: [Range<Int64>] = []
    var runStart = start
    var offset = start
    var found = 0
    var info: MPEGInfo?
    var cut: (has: Int64, of: Int64)?
    while offset < end {
      let next = try header(at: offset, in: file)
      if let next, next.continues(first), let length = try length(of: next, at: offset, in: file) {
        if offset + length > end {
          cut = (end - offset, length)
          break
        }
        if found == 0 {
          let bytes = try window.bytes(at: offset, count: Int(length), in: file)
          info = bytes.flatMap { MPEGInfo($0, next) }
        }
        found += 1
        offset += length
        continue
      }
      if let next, try isRun(of: 3, at: offset, in: file) {
        throw AudioError(
          .formatChanges(frame: found * first.samples), "decode", path,
          detail: "changes from \(Self.words(first)) to \(Self.words(next)) "
            + "after \(Words.counted(found * first.samples, "sample")) a channel")
      }
      if offset > runStart { ranges.append(runStart..<offset) }
      let rest = end - offset
      if rest < 4, try window.byte(at: offset, in: file) == 0xFF {
        cut = (rest, Int64(first.length ?? 4))
        runStart = offset
        break
      }
      let gap = try passOver(from: offset, in: file)
      runStart = gap.end
      if gap.end < end, !gap.hasTag {
        throw AudioError(
          .damaged, "decode", path,
          detail:
            "holds \(Words.counted(gap.end - offset, "byte")) "
            + "at byte \(offset), between two frames, that are no "
            + "audio")
      }
      offset = gap.end
    }
    if offset > runStart { ranges.append(runStart..<offset) }
    return try MPEGFrames(
      header: first, info: info, ranges: ranges, found: found, cut: cut,
      freeLength: freeLength.map(Int.init), path: path)
  }

  /// The offset of the next frame behind what is none, the end where there is none, and whether a
  /// tag is among what was passed over: tags stand where files were joined.
  private mutating func passOver(
    from offset: Int64, in file: borrowing OpenFile
  ) throws(AudioError) -> (end: Int64, hasTag: Bool) {
    var offset = offset
    var hasTag = false
    while offset < end {
      if let behind = try TagBlock.end(at: offset, &window, in: file) {
        offset = behind
        hasTag = true
      } else if try window.byte(at: offset, in: file) == 0xFF,
        try isRun(of: 2, at: offset, in: file)
      {
        break
      } else {
        offset += 1
      }
    }
    return (min(offset, end), hasTag)
  }

  private mutating func header(
    at offset: Int64, in file: borrowing OpenFile
  ) throws(AudioError) -> MPEGHeader? {
    try window.word(at: offset, in: file).flatMap { MPEGHeader($0) }
  }

  /// Bytes of the frame; nil where it is of the free format and no other frame shows its length.
  private mutating func length(
    of header: MPEGHeader, at offset: Int64, in file: borrowing OpenFile
  ) throws(AudioError) -> Int64? {
    if let length = header.length { return Int64(length) }
    if let freeLength { return freeLength + Int64(header.padding) }
    for candidate in (offset + 24)..<max(offset + 25, min(end, offset + Self.maximumFreeLength)) {
      guard try window.byte(at: candidate, in: file) == 0xFF,
        let next = try self.header(at: candidate, in: file), next.continues(header)
      else { continue }
      let length = candidate - offset - Int64(header.padding)
      let behind = candidate + length + Int64(next.padding)
      let third = try self.header(at: behind, in: file)
      if behind == end || third?.continues(header) == true {
        freeLength = length
        return length + Int64(header.padding)
      }
    }
    return nil
  }

  /// Whether `count` frames follow one another from `offset` on; fewer, one at least, where the
  /// file or its audio ends.
  private mutating func isRun(
    of count: Int, at offset: Int64, in file: borrowing OpenFile
  ) throws(AudioError) -> Bool {
    let known = freeLength
    var isRun = false
    defer { if !isRun { freeLength = known } }
    guard let first = try header(at: offset, in: file) else { return false }
    var offset = offset
    for index in 0..<count {
      let isAtEnd = offset == end
      let isAtTag = try TagBlock.end(at: offset, &window, in: file) != nil
      if index > 0, isAtEnd || isAtTag {
        // A lone frame behind other things may be chance.
        isRun = index > 1 || count < 4
        return isRun
      }
      guard let next = try header(at: offset, in: file), next.continues(first) else { return false }
      let length = try length(of: next, at: offset, in: file)
      guard let length, offset + length <= end else {
        // A piece of a last frame proves the whole one before it.
        isRun = index > 0
        return isRun
      }
      offset += length
    }
    isRun = true
    return true
  }

  private static func words(_ header: MPEGHeader) -> String {
    "\(header.sampleRate) Hz, layer \(header.layer), "
      + Words.counted(header.channels, "channel")
  }
}
