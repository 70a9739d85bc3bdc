/// What the first frame of an mp3 file says of the whole file, where it is no audio but a table:
/// the tag of Xing and LAME ("Xing", "Info") or that of Fraunhofer ("VBRI").
struct MPEGInfo: Sendable, Hashable {
  /// Frames that follow it; nil where it doesn't say.
  var frames: Int?
  /// Bytes of all frames, itself included; nil where it doesn't say.
  var bytes: Int64?
  /// Samples that the encoder put before the music and behind it; nil where it doesn't say.
  var padding: (before: Int, behind: Int)?
  /// Whether it is of the kind that decoders know and leave out.
  var isLeftOut: Bool

  static func == (left: MPEGInfo, right: MPEGInfo) -> Bool {
    left.frames == right.frames && left.bytes == right.bytes && left.isLeftOut == right.isLeftOut
      && left.padding?.before == right.padding?.before
      && left.padding?.behind == right.padding?.behind
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(frames)
    hasher.combine(bytes)
  }

  /// - Parameter frame: the bytes of the frame.
  init?(_ frame: [UInt8], _ header: MPEGHeader) {
    guard header.layer == 3 else { return nil }
    func number(_ offset: Int, _ count: Int) -> Int? {
      guard offset + count <= frame.count else { return nil }
      return frame[offset..<(offset + count)].reduce(0) { $0 << 8 | Int($1) }
    }
    let vbri = 4 + 32
    if frame.count >= vbri + 18, frame[vbri..<(vbri + 4)].elementsEqual("VBRI".utf8) {
      isLeftOut = false
      bytes = number(vbri + 10, 4).map(Int64.init)
      frames = number(vbri + 14, 4)
      return
    }
    let start = 4 + header.sideInformationBytes
    guard frame.count >= start + 8 else { return nil }
    let name = frame[start..<(start + 4)]
    guard name.elementsEqual("Xing".utf8) || name.elementsEqual("Info".utf8) else { return nil }
    // In a frame of audio that happens to hold the name, something is set before it.
    guard frame[4..<start].dropFirst(header.hasChecksum ? 2 : 0).allSatisfy({ $0 == 0 }) else {
      return nil
    }
    isLeftOut = true
    let flags = number(start + 4, 4) ?? 0
    var offset = start + 8
    if flags & 1 != 0 {
      frames = number(offset, 4)
      offset += 4
    }
    if flags & 2 != 0 {
      bytes = number(offset, 4).map(Int64.init)
      offset += 4
    }
    if flags & 4 != 0 { offset += 100 }
    if flags & 8 != 0 { offset += 4 }
    // Nine characters of the encoder's name and twelve bytes of settings stand before the padding.
    if offset + 24 <= frame.count, frame[offset] != 0, let both = number(offset + 21, 3) {
      padding = (both >> 12, both & 0xFFF)
    }
    if frames == 0 { frames = nil }
  }
}
