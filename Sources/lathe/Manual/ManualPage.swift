import Preparation

/// A page for `man`, written with the macros of man(7).
struct ManualPage {
  /// `lathe-export-csv`; the page's file has the section behind it.
  let name: String
  let text: String

  init(_ command: ManualCommand) {
    name = command.words.joined(separator: "-")
    var lines = [
      #".TH "\#(name.uppercased())" 1 "" "lathe \#(latheVersion)" "Lathe""#,
      ".SH NAME",
      "\(Self.escaped(name)) \\- \(Self.escaped(command.abstract ?? "").lowercasedStart)",
      ".SH SYNOPSIS",
    ]
    lines += Self.synopsis(command)
    if let discussion = command.discussion, !discussion.isEmpty {
      lines.append(".SH DESCRIPTION")
      lines += Self.paragraphs(discussion)
    }
    if !command.verbs.isEmpty {
      lines.append(".SH COMMANDS")
      for verb in command.verbs {
        lines += [
          ".TP", ".B " + Self.escaped(verb.words.dropFirst().joined(separator: " ")),
          Self.line(verb.abstract ?? ""),
        ]
      }
    }
    lines.append(".SH OPTIONS")
    for argument in command.arguments ?? [] where argument.shouldDisplay {
      lines += Self.option(argument)
    }
    lines.append(".SH SEE ALSO")
    var others = command.verbs.map { $0.words.joined(separator: "-") }
    if command.words.count > 1 {
      others.insert(command.words.dropLast().joined(separator: "-"), at: 0)
    }
    lines.append(others.map { "\\fB\(Self.escaped($0))\\fR(1)" }.joined(separator: ", "))
    text = lines.joined(separator: "\n") + "\n"
  }

  private static func synopsis(_ command: ManualCommand) -> [String] {
    var parts = ["\\fB\(escaped(command.words.joined(separator: " ")))\\fR"]
    for argument in command.arguments ?? [] where argument.shouldDisplay {
      let names = argument.names?.first.map { "\\fB\(escaped($0.text))\\fR" }
      let value = "\\fI\(escaped(argument.valueName ?? ""))\\fR"
      let part =
        switch argument.kind {
        case "flag": names ?? ""
        case "option": "\(names ?? "") \(value)"
        default: value
        }
      let repeated = part + (argument.isRepeating ? " ..." : "")
      parts.append(argument.isOptional ? "[\(repeated)]" : repeated)
    }
    if !command.verbs.isEmpty { parts.append("\\fIcommand\\fR") }
    return parts
  }

  private static func option(_ argument: ManualCommand.Argument) -> [String] {
    let value = argument.valueName.map { "\\fI\(escaped($0))\\fR" } ?? ""
    var head = (argument.names ?? []).map { "\\fB\(escaped($0.text))\\fR" }.joined(separator: ", ")
    if argument.kind != "flag" { head += (head.isEmpty ? "" : " ") + value }
    var text = argument.abstract ?? ""
    if let discussion = argument.discussion { text += (text.isEmpty ? "" : " ") + discussion }
    if argument.kind == "option", let standard = argument.defaultValue {
      text += (text.isEmpty ? "" : " ") + "(default: \(standard))"
    }
    return [".TP", head, line(text)]
  }

  /// Paragraphs as they are, and what is indented (examples) line by line.
  private static func paragraphs(_ text: String) -> [String] {
    var lines: [String] = []
    var isExample = false
    for row in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let isIndented = row.hasPrefix("  ")
      if isIndented != isExample {
        lines += isIndented ? [".PP", ".RS 4", ".nf"] : [".fi", ".RE"]
        isExample = isIndented
      }
      if row.isEmpty {
        lines.append(".PP")
      } else {
        lines.append(line(String(row.drop { $0 == " " })))
      }
    }
    return lines + (isExample ? [".fi", ".RE"] : [])
  }

  /// Text of one line: what begins with `.` or `'` would be a request.
  private static func line(_ text: String) -> String {
    let text = escaped(text.split(whereSeparator: \.isNewline).joined(separator: " "))
    return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
  }

  /// Text with what troff reads otherwise spelt out: the backslash, and the hyphen that is typed.
  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      default: result.append(character)
      }
    }
  }
}

extension String {
  /// Without its full stop and with a small first letter, as NAME has it.
  fileprivate var lowercasedStart: String {
    let text = hasSuffix(".") ? String(dropLast()) : self
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}
