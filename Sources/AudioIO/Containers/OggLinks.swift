import Wording

/// The links of an Ogg file (Vorbis, Opus, FLAC): streams that follow one another, each with
/// headers of its own. Most files have one; joined files and recorded web radio have more.
///
/// libsndfile reads the first link and stops. Ogg has no length at its start, and libsndfile takes
/// the position that the last page states, so a file that was cut short just seems shorter; so each
/// link's last page must be complete and carry the flag "end of stream", which every encoder sets
/// at its end.
enum OggLinks {
  /// The ranges of the links from `base` on, in order.
  /// - Throws: ``AudioError`` of the kind truncated when a page is incomplete or a link has no end,
  ///   of the kind damaged when something else lies between pages.
  static func find(
    _ file: borrowing OpenFile, from base: Int64
  ) throws(AudioError) -> [Range<Int64>] {
    func truncated(_ detail: String?) -> AudioError {
      AudioError(.truncated(declared: nil, actual: nil), "check", file.path, detail: detail)
    }
    var window = ByteWindow(end: file.byteCount)
    var links: [Range<Int64>] = []
    var start = base
    var offset = base
    var wasFirst = true
    var wasLast = false
    while let page = try page(at: offset, &window, in: file) {
      if page.end > file.byteCount { throw truncated(nil) }
      if page.isFirst, !wasFirst {
        if !wasLast {
          throw truncated(
            "has \(links.count + 1) streams and more in a row, one of them without its end")
        }
        links.append(start..<offset)
        start = offset
      }
      wasFirst = page.isFirst
      wasLast = page.isLast
      offset = page.end
      if offset < file.byteCount, try !window.has("OggS", at: offset, in: file) {
        // Bytes behind the last page are not audio.
        var next = offset
        while next < file.byteCount, try !window.has("OggS", at: next, in: file) { next += 1 }
        if next < file.byteCount {
          throw AudioError(
            .damaged, "check", file.path,
            detail:
              "holds \(Words.counted(next - offset, "byte")) "
              + "at byte \(offset), between two pages, that are no "
              + "audio")
        }
      }
    }
    // Fewer bytes are left than the header of a page has.
    let isCut = try window.has("OggS", at: offset, in: file)
    if isCut || !wasLast { throw truncated(nil) }
    links.append(start..<offset)
    return links
  }

  private static func page(
    at offset: Int64, _ window: inout ByteWindow, in file: borrowing OpenFile
  ) throws(AudioError) -> (end: Int64, isFirst: Bool, isLast: Bool)? {
    guard try window.has("OggS", at: offset, in: file),
      let flags = try window.byte(at: offset + 5, in: file),
      let segments = try window.byte(at: offset + 26, in: file)
    else { return nil }
    var end = offset + 27 + Int64(segments)
    for index in 0..<Int64(segments) {
      // A table that is cut off makes a page that is not all there.
      end += Int64(try window.byte(at: offset + 27 + index, in: file) ?? 1)
    }
    return (end, flags & 2 != 0, flags & 4 != 0)
  }
}
