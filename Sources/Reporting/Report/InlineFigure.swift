/// A figure as a part of a page.
enum InlineFigure {
  /// The figure's element, with a picture for wide screens and, where there is one, another for
  /// narrow ones, of which a browser shows one.
  ///
  /// - Parameters:
  ///   - wide: what cairo wrote; it holds no text, only outlines.
  ///   - narrow: the same for a phone.
  ///   - shapes: takes the outlines of letters, which are the same in many figures.
  ///   - title: what it shows, for those who do not see it.
  ///   - keepsColours: whether its colours mean something, so that a dark page must not turn them
  ///     round.
  static func html(
    wide: [UInt8], narrow: [UInt8]?, shapes: inout SharedShapes, title: String,
    keepsColours: Bool = false
  ) -> String {
    var pictures = picture(
      wide, shapes: &shapes, title: title, name: narrow == nil ? "" : "wide")
    if let narrow { pictures += picture(narrow, shapes: &shapes, title: title, name: "narrow") }
    return "<figure\(keepsColours ? " class=\"own\"" : "")>\(pictures)</figure>\n"
  }

  private static func picture(
    _ svg: [UInt8], shapes: inout SharedShapes, title: String, name: String
  ) -> String {
    var picture = String(decoding: shapes.sharing(shortened(svg)), as: UTF8.self)
    if let start = picture.firstRange(of: "<svg")?.lowerBound {
      picture.removeSubrange(..<start)
    }
    // The new form of links is known to all browsers since 2018.
    picture = picture.replacing("xlink:href", with: "href")
    let about = "role=\"img\" aria-label=\"\(HTML.text(title))\""
    let attributes = name.isEmpty ? about : "\(about) class=\"\(name)\""
    return picture.replacing("<svg ", with: "<svg \(attributes) ", maxReplacements: 1)
  }

  /// The same picture with two digits after each point, a hundredth of a pixel, which is a third of
  /// its size. Factors of transformations keep all of theirs.
  static func shortened(_ svg: [UInt8]) -> [UInt8] {
    let matrix = Array("matrix(".utf8)
    var short: [UInt8] = []
    short.reserveCapacity(svg.count)
    var index = 0
    while index < svg.count {
      let byte = svg[index]
      if byte == matrix[0], svg[index...].starts(with: matrix) {
        let end = svg[index...].firstIndex(of: UInt8(ascii: ")")) ?? svg.count
        short += svg[index..<end]
        index = end
        continue
      }
      short.append(byte)
      index += 1
      guard byte == UInt8(ascii: "."), index > 1, isDigit(svg[index - 2]) else { continue }
      var digits = 0
      while index < svg.count, isDigit(svg[index]) {
        if digits < 2 { short.append(svg[index]) }
        digits += 1
        index += 1
      }
    }
    return short
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
