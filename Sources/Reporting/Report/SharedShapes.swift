/// The outlines of letters that the figures of a page have in common: three quarters of what a
/// figure would be.
struct SharedShapes {
  /// The name of each outline.
  private var names: [ArraySlice<UInt8>: String] = [:]
  private var outlines: [ArraySlice<UInt8>] = []
  private var figures = 0

  private static let begin = Array("<symbol overflow=\"visible\" id=\"".utf8)
  private static let end = Array("</symbol>".utf8)

  /// The same picture without its outlines of letters, which are named by those of the page; its
  /// other names get a begin of their own, since those of two figures would clash.
  mutating func sharing(_ svg: [UInt8]) -> [UInt8] {
    figures += 1
    var shared: [ArraySlice<UInt8>: [UInt8]] = [:]
    var rest: [UInt8] = []
    rest.reserveCapacity(svg.count)
    var index = 0
    while index < svg.count {
      guard svg[index] == Self.begin[0], svg[index...].starts(with: Self.begin),
        let quote = svg[(index + Self.begin.count)...].firstIndex(of: UInt8(ascii: "\"")),
        let tag = svg[quote...].firstIndex(of: UInt8(ascii: ">")),
        let close = svg[tag...].firstRange(of: Self.end)?.lowerBound
      else {
        rest.append(svg[index])
        index += 1
        continue
      }
      shared[svg[(index + Self.begin.count)..<quote]] = Array(name(of: svg[(tag + 1)..<close]).utf8)
      index = close + Self.end.count
    }
    let prefix = Array("f\(figures)-".utf8)
    return SVGNames.renamed(rest) { shared[$0] ?? prefix + $0 }
  }

  private mutating func name(of outline: ArraySlice<UInt8>) -> String {
    if let name = names[outline] { return name }
    let name = "s\(outlines.count)"
    names[outline] = name
    outlines.append(outline)
    return name
  }

  /// All outlines, as an element of the page that shows nothing.
  var html: String {
    var html = "<svg class=\"shapes\" aria-hidden=\"true\" width=\"0\" height=\"0\"><defs>\n"
    for (number, outline) in outlines.enumerated() {
      html += "<symbol overflow=\"visible\" id=\"s\(number)\">"
      html += String(decoding: outline, as: UTF8.self) + "</symbol>\n"
    }
    return html + "</defs></svg>\n"
  }
}
