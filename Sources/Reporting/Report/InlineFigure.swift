/// A figure as a part of a page.
enum InlineFigure {
  /// The figure's element.
  ///
  /// - Parameters:
  ///   - svg: what cairo wrote; it holds no text, only outlines.
  ///   - prefix: put before every name, since the names of two figures of one page would clash.
  ///   - title: what it shows, for those who do not see it.
  ///   - keepsColours: whether its colours mean something, so that a dark page must not turn them round.
  static func html(
    svg: [UInt8], prefix: String, title: String, keepsColours: Bool = false
  ) -> String {
    let named = SVGNames.prefixed(shortened(svg), with: prefix)
    var picture = String(decoding: named, as: UTF8.self)
    if let start = picture.firstRange(of: "<svg")?.lowerBound {
      picture.removeSubrange(..<start)
    }
    // The new form of links is known to all browsers since 2018.
    picture = picture.replacing("xlink:href", with: "href")
    let label = HTML.text(title)
    picture = picture.replacing(
      "<svg ", with: "<svg role=\"img\" aria-label=\"\(label)\" ", maxReplacements: 1)
    return "<figure\(keepsColours ? " class=\"own\"" : "")>\(picture)</figure>\n"
  }

  /// The same picture with two digits after each point, a hundredth of a pixel, which is a third of its size.
  /// Factors of transformations keep all of theirs.
  static func shortened(_ svg: [UInt8]) -> [UInt8] {
    let matrix = Array("matrix(".utf8)
    var short: [UInt8] = []
    short.reserveCapacity(svg.count)
    var place = 0
    while place < svg.count {
      let byte = svg[place]
      if byte == matrix[0], svg[place...].starts(with: matrix) {
        let end = svg[place...].firstIndex(of: UInt8(ascii: ")")) ?? svg.count
        short += svg[place..<end]
        place = end
        continue
      }
      short.append(byte)
      place += 1
      guard byte == UInt8(ascii: "."), place > 1, isDigit(svg[place - 2]) else { continue }
      var digits = 0
      while place < svg.count, isDigit(svg[place]) {
        if digits < 2 { short.append(svg[place]) }
        digits += 1
        place += 1
      }
    }
    return short
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
