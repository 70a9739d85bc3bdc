import Foundation
import Testing
import Wording

/// What a person sees at a terminal, and what is asked there.
@Suite struct TerminalTests {
  private func collection() throws -> Collection {
    let collection = try Collection(tracks: 6)
    try collection.write([], "audio/jazz/音楽の宝箱の長い長い長い長い長い長い長い長い長い歌.wav")
    return collection
  }

  /// The bar is drawn over itself, and no drawing reaches the last column.
  @Test(arguments: [80, 40, 18] as [UInt16])
  func aBarThatNeverWraps(_ columns: UInt16) throws {
    let collection = try collection()
    let terminal = try PseudoTerminal(collection.arguments([]), columns: columns)
    #expect(terminal.end() == 3)
    let bars = terminal.drawings.filter { $0.contains("/7 tracks") }
    #expect(bars.count > 0 && bars.allSatisfy { Words.columns($0) < Int(columns) }, "\(bars)")
    #expect(bars.last?.hasPrefix("━━━━━━━━") == (columns > 18))
    #expect(terminal.text.contains("\r\u{1B}[K"))
    // The path gives way as far as that helps; the summary has it whole.
    let quarantine = terminal.drawings.first { $0.hasPrefix("quarantine: jazz/音楽") }
    #expect(quarantine?.contains("…") == true && quarantine?.hasSuffix("歌.wav: is empty") == true)
    if let quarantine, columns > 60 { #expect(Words.columns(quarantine) < 80) }
    #expect(terminal.text.contains("長い長い長い長い長い長い長い長い長い歌.wav"))
  }

  @Test func theFewerColumnsCount() throws {
    let collection = try collection()
    for (window, variable) in [(0, "30"), (30, "200"), (200, "30")] as [(UInt16, String)] {
      let terminal = try PseudoTerminal(
        collection.arguments([], cache: "\(collection.path)/\(window)-\(variable)"),
        columns: window, environment: ["COLUMNS": variable])
      #expect(terminal.end() == 3)
      let bars = terminal.drawings.filter { $0.contains("/7 tracks") }
      #expect(!bars.isEmpty && bars.allSatisfy { Words.columns($0) < 30 }, "\(bars)")
    }
  }

  /// A terminal that can only write gets lines; colours there are none, whatever NO_COLOR says.
  @Test(arguments: ["dumb", ""])
  func noControlSequences(_ name: String) throws {
    let collection = try collection()
    let terminal = try PseudoTerminal(collection.arguments([]), environment: ["TERM": name])
    #expect(terminal.end() == 3)
    #expect(terminal.text.contains("\n7/7 tracks, ") && !terminal.text.contains("━"))
    #expect(!terminal.text.contains("\u{1B}"))
  }

  @Test func nothingIsColoured() throws {
    let collection = try collection()
    let terminal = try PseudoTerminal(collection.arguments([]))
    #expect(terminal.end() == 3)
    #expect(
      terminal.text.replacingOccurrences(of: "\u{1B}[K", with: "").contains("\u{1B}") == false)
  }

  /// Epochs of a training, each in a line that fits, and the bar of the one at work.
  @Test func aTrainingFits() throws {
    let runs = try TrainingRuns()
    let terminal = try PseudoTerminal(runs.arguments("run"), columns: 60, in: runs.folder)
    #expect(terminal.end() == 0)
    let epochs = terminal.drawings.filter { $0.hasPrefix("epoch ") }
    #expect(epochs.count >= 3 && epochs.allSatisfy { Words.columns($0) <= 60 }, "\(epochs)")
    #expect(epochs.contains { $0.hasPrefix("epoch 3/3  tracks: validation ") }, "\(epochs)")
    #expect(epochs.allSatisfy { !$0.contains("━") || Words.columns($0) < 60 })
  }

  /// The program of a run is started when a person says so, and only then.
  @Test(arguments: [("y", true), ("YES", true), ("n", false), ("", false), ("yess", false)])
  func aProgramIsAskedFor(_ answer: String, _ isStarted: Bool) throws {
    let runs = try TrainingRuns()
    let first = try runs.run(
      "train", "features", "--cache", runs.cache, "--output", "run", "--epochs", "2", "--trainer",
      #"exec:touch "$LATHE_RUN_DIR/../started"; exit 1"#, "--progress", "none")
    #expect(first.code == 1)
    try FileManager.default.removeItem(atPath: runs.path("started"))
    let terminal = try PseudoTerminal(["train", "--resume", "run"], in: runs.folder)
    #expect(terminal.wait(for: "Start it? [y/N] "), "\(terminal.text)")
    #expect(terminal.text.contains("would start this program: touch"))
    #expect(!FileManager.default.fileExists(atPath: runs.path("started")))
    terminal.type(answer)
    #expect(terminal.end() == (isStarted ? 1 : 2), "\(terminal.text)")
    #expect(FileManager.default.fileExists(atPath: runs.path("started")) == isStarted)
    #expect(terminal.text.contains("--allow-exec") == !isStarted)
  }

  /// Nothing is thrown away before a person has said so.
  @Test(arguments: [("y", 0), ("n", 1)] as [(String, Int32)])
  func aLossIsAskedFor(_ answer: String, _ code: Int32) throws {
    let collection = try Collection()
    #expect(try collection.prepare("--progress", "none").code == 0)
    let digest = try collection.digest()
    let terminal = try PseudoTerminal(collection.arguments(["--set", "mel.bands=8"]))
    #expect(terminal.wait(for: "go on? [y/N] "), "\(terminal.text)")
    #expect(try collection.digest() == digest)
    terminal.type(answer)
    #expect(terminal.end() == code, "\(terminal.text)")
    #expect(try (collection.digest() == digest) == (code == 1))
  }
}
