/// A line that shows how far something has come, for a terminal of any width.
package struct ProgressBar {
  private let title: String
  private let share: Double
  private let count: String
  private let details: [String]

  private static let widest = 24
  private static let narrowest = 8

  /// - Parameters:
  ///   - title: what it is about; empty where that is plain.
  ///   - count: how far it has come, in words.
  ///   - details: what else there is to say, the most important first.
  package init(
    title: String = "", done: Int, total: Int, count: String, details: [String] = []
  ) {
    self.title = Words.shown(title)
    self.count = Words.shown(count)
    self.details = details.map(Words.shown)
    share = total > 0 ? Double(min(max(done, 0), total)) / Double(total) : 1
  }

  /// The line in less than so many columns: many terminals wrap a line that fills the last one, and
  /// what has wrapped cannot be drawn over. The last details go first, then the bar; then the
  /// middle of the words gives way.
  package func line(columns: Int) -> String {
    let room = columns - 1
    for kept in stride(from: details.count, through: 0, by: -1) {
      let text = " " + words(details: kept)
      let width = room - Words.columns(begin + text)
      if width >= Self.narrowest { return begin + bar(min(width, Self.widest)) + text }
    }
    return Words.fitted(begin + words(details: 0), columns: room)
  }

  /// The same without a bar, at any length: a line of a log.
  package var plain: String {
    begin + words(details: details.count)
  }

  private var begin: String { title.isEmpty ? "" : title + " " }

  private func words(details kept: Int) -> String {
    ([count] + details.prefix(kept)).joined(separator: ", ")
  }

  private func bar(_ width: Int) -> String {
    let filled = Int(Double(width) * share)
    return String(repeating: "━", count: filled) + String(repeating: "┄", count: width - filled)
  }
}
