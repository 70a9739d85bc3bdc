import Testing

/// What `--help` tells of each verb: its arguments, examples, and the ends it may come to.
@Suite struct HelpTests {
  static let verbs: [(verb: [String], words: [String])] = [
    (
      [],
      [
        "prepare", "split", "audit", "duplicates", "train", "evaluate", "predict", "study",
        "report", "export", "inspect", "demo", "bench", "lathe demo", "--version",
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
    (["verify"], ["<cache>", "--json", "Examples:", "exit code 1"]),
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
    (["demo"], ["OPTIONS"]),
    (["bench"], ["features", "mel", "decode", "prepare", "loader"]),
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
