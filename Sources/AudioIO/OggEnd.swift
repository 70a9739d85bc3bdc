/// Whether an Ogg file (Vorbis, Opus, FLAC) ends where its audio does.
///
/// Ogg has no length at its start; libsndfile takes the position that the last page states, so a
/// file that was cut short just seems shorter. Its last page must be complete and carry the flag
/// "end of stream", which every encoder sets when it finishes.
enum OggEnd {
  /// The largest page: a header of 27 bytes, 255 segment lengths and 255 segments of 255 bytes.
  static let maximumPageBytes = 27 + 255 + 255 * 255

  /// - Throws: ``AudioError`` of the kind truncated when the last page is incomplete or not the end.
  static func check(_ file: borrowing OpenFile) throws(AudioError) {
    let start = max(0, file.byteCount - Int64(maximumPageBytes))
    let tail = try file.bytes(at: start, count: maximumPageBytes)
    let mark = Array("OggS".utf8)
    var place = tail.count - 27
    while place >= 0 {
      if tail[place] == mark[0] && tail[place..<(place + 4)].elementsEqual(mark) { break }
      place -= 1
    }
    guard place >= 0 else {
      throw AudioError(.truncated(declared: nil, actual: nil), "check", file.path)
    }
    let segments = Int(tail[place + 26])
    let lengths = tail[(place + 27)...].prefix(segments)
    let end = place + 27 + segments + lengths.reduce(0) { $0 + Int($1) }
    let isLast = tail[place + 5] & 4 != 0
    if lengths.count < segments || end > tail.count || !isLast {
      throw AudioError(.truncated(declared: nil, actual: nil), "check", file.path)
    }
  }
}
