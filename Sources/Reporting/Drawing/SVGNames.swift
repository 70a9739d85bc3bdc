/// The names of shapes in an SVG file.
///
/// Cairo counts them through the life of a process, so that the same figure would have other bytes
/// each time it is drawn.
enum SVGNames {
  /// What a name stands behind: where it is given, and where it is used.
  private static let marks = [" id=\"", "href=\"#", "url(#"].map { Array($0.utf8) }

  /// The same file with the names `a0`, `a1`, … in the order in which they are given.
  static func renumbered(_ svg: [UInt8]) -> [UInt8] {
    var numbers: [ArraySlice<UInt8>: Int] = [:]
    visit(svg) { mark, name in
      if mark == 0, numbers[name] == nil { numbers[name] = numbers.count }
      return nil
    }
    return visit(svg) { _, name in numbers[name].map { Array("a\($0)".utf8) } }
  }

  /// The same file with other names.
  static func renamed(
    _ svg: [UInt8], _ name: (_ old: ArraySlice<UInt8>) -> [UInt8]
  ) -> [UInt8] {
    visit(svg) { _, old in name(old) }
  }

  /// Calls the body with every name and the number of its mark, and puts what it returns in the
  /// name's place.
  @discardableResult
  private static func visit(
    _ svg: [UInt8], _ body: (_ mark: Int, _ name: ArraySlice<UInt8>) -> [UInt8]?
  ) -> [UInt8] {
    var copy: [UInt8] = []
    copy.reserveCapacity(svg.count)
    var index = 0
    while index < svg.count {
      let byte = svg[index]
      // All three marks begin with one of these, and most bytes of a drawing are others.
      guard byte == UInt8(ascii: " ") || byte == UInt8(ascii: "h") || byte == UInt8(ascii: "u"),
        let mark = marks.firstIndex(where: { svg[index...].starts(with: $0) })
      else {
        copy.append(byte)
        index += 1
        continue
      }
      let start = index + marks[mark].count
      let end =
        svg[start...].firstIndex { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: ")") }
        ?? svg.count
      copy += marks[mark]
      copy += body(mark, svg[start..<end]) ?? Array(svg[start..<end])
      index = end
    }
    return copy
  }
}
