import Wording

/// The last lines that a program wrote to its standard error.
package struct LastWords {
  private static let kept = 5

  private var splitter = LineSplitter(limit: 1 << 16, excess: .divide)
  private var last: [String] = []

  /// None yet.
  package init() {}

  /// Takes what came.
  /// - Returns: the lines that are complete with it.
  package mutating func take(_ bytes: [UInt8]) -> [String] {
    splitter.lines(bytes).map { keep($0) }
  }

  /// Takes the line without an end, once there is no more.
  package mutating func end() -> String? { splitter.remainder().map { keep($0) } }

  private mutating func keep(_ line: [UInt8]) -> String {
    let text = String(decoding: line, as: UTF8.self)
    last.append(text)
    if last.count > Self.kept { last.removeFirst() }
    return text
  }

  /// A fault in words, followed by the last lines where there are any.
  package func following(_ detail: String) -> String {
    let lines = last.filter { !$0.isEmpty }.map { Self.shown($0) }
    if lines.isEmpty { return detail }
    return "\(detail); the last that it wrote to standard error: " + lines.joined(separator: " | ")
  }

  /// Text from elsewhere, fit for one line of a message.
  package static func shown(_ text: String) -> String {
    let plain = Words.shown(text)
    return plain.count > 120 ? plain.prefix(120) + "…" : plain
  }
}
