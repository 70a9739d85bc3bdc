import Testing

/// What `--help` prints of one verb, in its parts.
struct VerbHelp {
  /// The verb with those above it, such as `export csv`; empty for the program itself.
  let verb: [String]
  let text: String

  /// The help of the program, of every verb that it lists, and of every verb that these list.
  static func all() throws -> [VerbHelp] {
    var all: [VerbHelp] = []
    var open: [[String]] = [[]]
    while let verb = open.popLast() {
      let result = try Program.start(verb + ["--help"]).end()
      #expect(result.code == 0 && result.errors.isEmpty, "\(verb): \(result.errors)")
      let help = VerbHelp(verb: verb, text: result.output)
      all.append(help)
      open += help.entries("SUBCOMMANDS").compactMap { entry in
        entry.split(separator: " ").first.map { verb + [String($0)] }
      }
    }
    return all
  }

  var name: String { (["lathe"] + verb).joined(separator: " ") }

  var lines: [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// The entries of a section such as `OPTIONS`, each on one line with its explanation.
  func entries(_ section: String) -> [String] {
    guard let start = lines.firstIndex(of: "\(section):") else { return [] }
    var entries: [String] = []
    for line in lines[(start + 1)...].prefix(while: { !$0.isEmpty }) {
      if line.hasPrefix("   ") {
        entries[entries.count - 1] += "  " + line.drop { $0 == " " }
      } else {
        entries.append(String(line.dropFirst(2)))
      }
    }
    return entries
  }

  /// The options that the help explains, such as `--seed` and `-h`.
  var options: Set<String> {
    Set(entries("OPTIONS").flatMap { Self.options(in: String($0.split(separator: "  ")[0])) })
  }

  /// The commands that stand under `Examples:`, as words; what is in quotes is one.
  var examples: [[String]] {
    guard let start = lines.firstIndex(where: { ["Example:", "Examples:"].contains($0) }) else {
      return []
    }
    // A long line is broken where the terminal ends, and goes on without an indent.
    let block = lines[(start + 1)...].prefix { !$0.isEmpty }.reduce(into: [String]()) {
      if $1.hasPrefix("  ") || $0.isEmpty { $0.append($1) } else { $0[$0.count - 1] += " " + $1 }
    }
    return block.map { $0.matches(of: #/'[^']*'|\S+/#).map { String($0.output) } }
  }

  /// The long and short options that a text names.
  static func options(in text: String) -> [String] {
    text.matches(of: #/(?:^|[\s\[(\/|])(--?[a-zA-Z][\w-]*)/#).map { String($0.output.1) }
  }
}
