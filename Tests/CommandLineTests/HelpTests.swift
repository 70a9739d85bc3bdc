import Testing

/// What `--help` tells of each verb: its arguments, examples, and the ends it may come to.
@Suite struct HelpTests {
  static let verbs: [(verb: [String], words: [String])] = [
    (
      [],
      [
        "prepare", "split", "audit", "duplicates", "train", "evaluate", "predict", "study",
        "report", "export", "inspect", "demo", "bench", "lathe demo", "--version",
        "LATHE_MANIFESTS", "LATHE_INSTRUCTION_SET",
      ]
    ),
    (
      ["prepare"],
      [
        "<audio-dir>", "--cache", "--manifest", "--recipe", "--profile", "librosa-0.8",
        "librosa-1.0", "--threads", "--progress", "auto, plain, json", "--split", "--folds",
        "--seed", "Examples:", "lathe prepare genres_original --cache gtzan.lathe", "exit code 3",
      ]
    ),
    (
      ["split"],
      [
        "<cache>", "--split", "--folds", "--policy", "published:NAME", "--seed", "--name", "--json",
        "Examples:",
      ]
    ),
    (
      ["audit"],
      [
        "<cache>", "--split", "--fail-above", "--json", "--manifest", "--seeds", "Examples:",
        "Exit code 1",
      ]
    ),
    (
      ["duplicates"],
      ["<cache>", "--json", "--fail", "Examples:", "overlap", "Exit code 0", "with --fail, 1"]
    ),
    (["export"], ["csv", "images"]),
    (
      ["export", "images"],
      [
        "<cache>", "--output", "--split", "--colour", "viridis, magma or grey", "--scale", "--axes",
        "--progress", "Examples:", "rock/rock.00000.3.png", "lathe export images gtzan.lathe",
      ]
    ),
    (
      ["report"],
      [
        "<run-dir>", "--output", "--figures", "--samples", "--title", "Examples:",
        "lathe report runs --output report.html", "Exit code 1",
      ]
    ),
    (["export", "csv"], ["<cache>", "--view", "--output", "60 columns", "Examples:", "features"]),
    (["verify"], ["<cache>", "--json", "--deep", "--against", "Examples:", "exit code 1"]),
    (["serve"], ["<path>", "--port", "Examples:", "lathe serve gtzan.lathe"]),
    (["compact"], ["<cache>", "--json", "Examples:", "beside the old one"]),
    (["merge"], ["<cache>", "--missing", "--into", "Examples:", "shards"]),
    (["repair"], ["<cache>", "<audio-dir>", "Examples:"]),
    (["inspect"], ["<cache>", "--json", "--digest", "--verify", "Examples:", "exit code 1"]),
    (
      ["train"],
      [
        "<mode>", "--cache", "--csv", "--split", "--test", "--selection", "--ratios", "--policy",
        "--output", "--resume", "--list", "--progress", "--trainer", "--epochs", "--batch",
        "--seed",
        "--threads", "--set", "--normalise", "--augment", "--patience", "exec:COMMAND", "Examples:",
        "lathe train features --cache gtzan.lathe", "lathe train --resume runs/a", "ends with 130",
      ]
    ),
    (
      ["evaluate"],
      ["<run-dir>", "--cache", "--split", "--side", "--checkpoint", "--json", "Examples:", "95 %"]
    ),
    (
      ["predict"],
      ["<run-dir>", "<files>", "--checkpoint", "--json", "Examples:", "exit code 3", "song.mp3"]
    ),
    (
      ["demo"],
      [
        "--folder", "--tracks", "--seconds", "--seed", "--no-train", "--progress",
        "lathe demo --folder demo --tracks 8", "Nothing is downloaded",
      ]
    ),
    (["bench"], ["features", "mel", "views", "decode", "prepare", "loader"]),
    (
      ["bench", "loader"],
      [
        "<cache>", "--view", "--batch", "--threads", "--split", "--side", "--seconds",
        "--synthetic-tracks", "--rows", "--json", "Examples:",
        "lathe bench loader gtzan.lathe --view waveform --batch 128",
      ]
    ),
  ]

  @Test(arguments: verbs.indices)
  func helpNamesWhatAVerbTakes(_ index: Int) throws {
    let (verb, words) = Self.verbs[index]
    let result = try Program.start(verb + ["--help"]).end()
    #expect(result.code == 0 && result.errors.isEmpty)
    // Lines are broken where the terminal ends; the words are what counts.
    let text = result.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for word in words { #expect(text.contains(word), "\(verb) does not name \(word)") }
    #expect(text.contains("USAGE: lathe"))
  }

  @Test func everyHelpStandsOnItsOwn() throws {
    let all = try VerbHelp.all()
    #expect(all.count > 30 && all.contains { $0.verb == ["bench", "train"] })
    for help in all {
      let sentences = help.text.prefix(while: { $0 != "\n" })
      #expect(sentences.hasPrefix("OVERVIEW: ") && sentences.count > 20, "\(help.name)")
      let usage = help.lines.filter { $0.hasPrefix("USAGE: ") }
      #expect(usage.count == 1 && "\(usage[0]) ".hasPrefix("USAGE: \(help.name) "), "\(help.name)")
      for line in help.lines where !line.hasPrefix("USAGE: ") {
        #expect(line.count <= 100, "\(help.name): \(line)")
      }
      for option in VerbHelp.options(in: usage.joined()) {
        #expect(help.options.contains(option), "\(help.name) does not explain \(option)")
      }
    }
  }

  /// An argument, option or verb without a word of what it is would be a name in an otherwise empty
  /// line.
  @Test func everythingThatCanBeGivenIsExplained() throws {
    for help in try VerbHelp.all() {
      let entries = ["ARGUMENTS", "OPTIONS", "SUBCOMMANDS"].flatMap(help.entries)
      #expect(entries.count >= 2, "\(help.name)")
      for entry in entries {
        let isNamed = entry.contains(#/^(?:<.+?>(?: \.\.\.)?|-.*?|[a-z-]+) +\w.*[.)]$/#)
        #expect(isNamed, "\(help.name): \(entry)")
      }
    }
  }

  /// Recipes take the values that examples set; a trainer's `--set` names options of its own.
  @Test func theRecipesOfTheExamplesCanBeUsed() throws {
    // A line that ends in a backslash goes on in the next.
    let lines = try VerbHelp.all().flatMap(\.examples).reduce(into: [[String]]()) { lines, words in
      if lines.last?.last == "\\", let open = lines.popLast() {
        lines.append(open.dropLast() + words)
      } else {
        lines.append(words)
      }
    }
    let examples = lines.filter { $0.contains("--set") && !$0.contains("train") }
    #expect(examples.count >= 3)
    for example in examples {
      let changes = zip(example, example.dropFirst()).filter { $0.0 == "--set" }
      let words = ["recipe", "show", "gtzan"] + changes.flatMap { ["--set", $0.1] }
      let result = try Program.start(words).end()
      #expect(result.code == 0, "\(example.joined(separator: " ")): \(result.errors)")
    }
  }

  @Test func theExamplesCanBeTyped() throws {
    let all = try VerbHelp.all()
    let options = Dictionary(uniqueKeysWithValues: all.map { ($0.verb, $0.options) })
    for help in all {
      let isVerb = help.verb.count == 1 && help.entries("SUBCOMMANDS").isEmpty
      if isVerb { #expect(!help.examples.isEmpty, "\(help.name) has no example") }
      #expect(
        help.examples.isEmpty || help.examples.contains { $0.starts(with: ["lathe"] + help.verb) },
        "\(help.name): none of its examples is of it")
      for example in help.examples where example.contains("lathe") {
        // A pipe goes on in another program, a comment is for people.
        let words = example.prefix { !["|", "#", "&&", ">"].contains($0) }.drop { $0 != "lathe" }
        let verb = words.dropFirst().reduce(into: [String]()) { verb, word in
          if options[verb + [word]] != nil { verb.append(word) }
        }
        #expect(!verb.isEmpty, "\(help.name): \(example)")
        let bare = words.filter { !$0.hasPrefix("'") }
        for option in VerbHelp.options(in: bare.joined(separator: " ")) {
          #expect(options[verb]?.contains(option) == true, "\(help.name): \(option)")
        }
      }
    }
  }

  @Test func theExitCodesStandInTheHelp() throws {
    let text = try Program.run("--help").output.split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
    #expect(
      text.contains(
        "Exit codes: 0 done; 1 failed; 2 wrong usage; 3 done, but some tracks are in quarantine"))
    #expect(text.contains("130 interrupted, what was done is kept"))
  }

  @Test func theVersionIsOneLine() throws {
    let result = try Program.run("--version")
    #expect(result.code == 0 && result.lines.count == 1)
    #expect(result.output.split(separator: ".").count == 3)
  }
}
