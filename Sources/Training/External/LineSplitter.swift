/// Cuts what comes out of a pipe into lines.
struct LineSplitter {
  /// What to do with a line that is longer than allowed.
  enum Excess {
    /// It comes in pieces.
    case divide
    /// It ends the matter: ``LineSplitter/isTooLong``.
    case refuse
  }

  /// The longest line, in bytes, without its end.
  let limit: Int
  let excess: Excess
  /// How many lines were given out, the one that is refused included.
  private(set) var count = 0
  /// Whether a line was too long.
  private(set) var isTooLong = false
  private var rest: [UInt8] = []

  init(limit: Int, excess: Excess) {
    self.limit = limit
    self.excess = excess
  }

  /// The lines that are complete with these bytes, without their ends.
  mutating func lines(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
        lines.append(rest)
        rest.removeAll(keepingCapacity: true)
        continue
      }
      if rest.count == limit {
        if case .refuse = excess {
          isTooLong = true
          count += lines.count + 1
          return lines
        }
        lines.append(rest)
        rest.removeAll(keepingCapacity: true)
      }
      rest.append(byte)
    }
    count += lines.count
    return lines
  }

  /// The last line, where it has no end.
  mutating func remainder() -> [UInt8]? {
    defer { rest = [] }
    if rest.isEmpty { return nil }
    count += 1
    return rest
  }
}
