import Glibc

/// Cuts what comes out of a pipe into lines.
package struct LineSplitter {
  /// What to do with a line that is longer than allowed.
  package enum Excess {
    /// It comes in pieces.
    case divide
    /// It ends the matter: ``LineSplitter/isTooLong``.
    case refuse
  }

  /// The longest line, in bytes, without its end.
  package let limit: Int
  package let excess: Excess
  /// How many lines were given out, the one that is refused included.
  package private(set) var count = 0
  /// Whether a line was too long.
  package private(set) var isTooLong = false
  private var rest: [UInt8] = []

  package init(limit: Int, excess: Excess) {
    self.limit = limit
    self.excess = excess
  }

  /// The lines that are complete with these bytes, without their ends.
  package mutating func lines(_ bytes: [UInt8]) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var start = 0
    while start < bytes.count, !isTooLong {
      let end = Self.lineEnd(in: bytes, from: start)
      take(bytes[start..<(end ?? bytes.count)], into: &lines)
      if isTooLong { break }
      guard let end else { break }
      if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
      lines.append(rest)
      rest.removeAll(keepingCapacity: true)
      start = end + 1
    }
    count += lines.count
    return lines
  }

  /// Adds what has no line end in it.
  private mutating func take(_ bytes: ArraySlice<UInt8>, into lines: inout [[UInt8]]) {
    var bytes = bytes
    while rest.count + bytes.count > limit {
      if case .refuse = excess {
        isTooLong = true
        count += 1
        return
      }
      let part = bytes.prefix(limit - rest.count)
      lines.append(rest + part)
      rest.removeAll(keepingCapacity: true)
      bytes = bytes.dropFirst(part.count)
    }
    rest += bytes
  }

  private static func lineEnd(in bytes: [UInt8], from start: Int) -> Int? {
    bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress,
        let found = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  /// The last line, where it has no end.
  package mutating func remainder() -> [UInt8]? {
    defer { rest = [] }
    if rest.isEmpty { return nil }
    count += 1
    return rest
  }
}
