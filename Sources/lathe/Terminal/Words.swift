import Foundation
import Preparation

let latheVersionText = latheVersion

/// Numbers as a person reads them.
enum Words {
  /// `1.3 GB`, `512 KB`; powers of 1,000.
  static func bytes(_ count: Int) -> String {
    var value = Double(count)
    for unit in ["B", "KB", "MB", "GB"] {
      if value < 999.5 { return unit == "B" ? "\(count) B" : fixed(value, 1) + " " + unit }
      value /= 1_000
    }
    return fixed(value, 1) + " TB"
  }

  /// `4.2 s`, `3 min 20 s`, `2 h 5 min`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, abs(seconds) < 1e15 else { return "–" }
    if seconds < 99.95 { return fixed(seconds, 1) + " s" }
    let whole = Int(seconds.rounded())
    if whole < 3_600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3_600) h \(whole % 3_600 / 60) min"
  }

  /// A number with so many decimals.
  static func fixed(_ value: Double, _ decimals: Int) -> String {
    String(format: "%.\(decimals)f", value)
  }

  /// A path or name as it may stand in a line: a line end or a terminal's escape in it is spelt out.
  static func shown(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      let isControl = scalar.properties.generalCategory == .control
      result += isControl ? scalar.escaped(asASCII: true) : String(scalar)
    }
  }

  /// A command as it can be typed into a shell.
  static func command(_ arguments: [String]) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%")
    return arguments.map { argument in
      if !argument.isEmpty, argument.allSatisfy(plain.contains) { return argument }
      return "'\(shown(argument).replacingOccurrences(of: "'", with: #"'\''"#))'"
    }.joined(separator: " ")
  }

  /// `1 track`, `2,000 tracks`.
  static func tracks(_ number: Int) -> String { counted(number, "track") }

  /// `1 problem`, `2,000 problems`; the plural where an s doesn't make it.
  static func counted(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    "\(count(number)) \(number == 1 ? one : many ?? one + "s")"
  }

  /// The first of some names, and how many more there are.
  static func list(_ names: [String], atMost limit: Int = 8) -> String {
    let shown = names.prefix(limit).map(Words.shown).joined(separator: ", ")
    let more = names.count - limit
    return shown + (more > 0 ? " and \(count(more)) more" : "")
  }

  /// `12,345`.
  static func count(_ number: Int) -> String {
    var digits = Array(String(abs(number)))
    var place = digits.count - 3
    while place > 0 {
      digits.insert(",", at: place)
      place -= 3
    }
    return (number < 0 ? "-" : "") + String(digits)
  }

  /// Lines of a table, columns as wide as their widest cell; the first column to the left, the others
  /// to the right.
  static func table(_ rows: [[String]]) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }.joined(separator: "  ")
    }
  }
}
