/// Blocks of text and pictures that players put before, behind and between the audio of a file:
/// ID3v2, ID3v1, APE and Lyrics3.
enum TagBlock {
  /// The offset behind the ID3v2 tags at `offset`, which is `offset` itself where there is none.
  static func endOfID3(
    at offset: Int64, _ window: inout ByteWindow, in file: borrowing OpenFile
  ) throws(AudioError) -> Int64 {
    var offset = offset
    while try window.has("ID3", at: offset, in: file),
      let head = try window.bytes(at: offset, count: 10, in: file),
      // Four numbers of seven bits.
      head[6...9].allSatisfy({ $0 < 0x80 })
    {
      let size = head[6...9].reduce(Int64(0)) { $0 << 7 | Int64($1) }
      offset += 10 + size + (head[5] & 0x10 != 0 ? 10 : 0)
    }
    return min(offset, window.end)
  }

  /// The offset behind the tag of any kind at `offset`; nil where there is none.
  static func end(
    at offset: Int64, _ window: inout ByteWindow, in file: borrowing OpenFile
  ) throws(AudioError) -> Int64? {
    let behind = try endOfID3(at: offset, &window, in: file)
    if behind > offset { return behind }
    if try window.has("TAG+", at: offset, in: file) { return min(offset + 227, window.end) }
    if try window.has("TAG", at: offset, in: file) { return min(offset + 128, window.end) }
    if try window.has("APETAGEX", at: offset, in: file),
      let head = try window.bytes(at: offset, count: 32, in: file)
    {
      let size = head[12...15].reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
      // A footer alone ends here; a header counts all that follows it.
      let isHeader = head[23] & 0x20 != 0
      return min(offset + 32 + (isHeader ? size : 0), window.end)
    }
    if try window.has("LYRICSBEGIN", at: offset, in: file) {
      // Its length stands at its end; a version 1 tag holds at most 5,100 bytes, version 2 no more
      // than six digits say, and neither is that long in fact.
      for position in offset..<min(offset + (1 << 16), window.end) {
        if try window.has("LYRICS200", at: position, in: file) { return position + 9 }
        if try window.has("LYRICSEND", at: position, in: file) { return position + 9 }
      }
    }
    return nil
  }
}
