import Foundation
import TestSupport
import Testing
import Training

@testable import Reporting

/// The closing table as data.
@Suite struct ResultFilesTests {
  private func report() throws -> Report {
    let folds = try (1...4).map { fold in
      try RunFixtures.run(
        RunFixtures.record(
          trainer: "mel_small", split: "stratified-seed1-4folds", test: "fold-\(fold)"),
        right: 6 + fold % 2 * 2, path: "runs/\(fold)")
    }
    var leaking = RunFixtures.record(
      trainer: "exec:a, \"b\"|<i> 50%\u{202E}", policy: "slices", learntTracks: 20)
    leaking.tracks["test"] = 20
    return try Report(runs: [RunFixtures.run(leaking, right: 9)] + folds, title: "T")
  }

  private func text(_ name: String) throws -> String {
    let file = try #require(try report().results().first { $0.name == name })
    return String(decoding: file.bytes, as: UTF8.self)
  }

  @Test func csvHasSharesAndQuotes() throws {
    let lines = try text("results.csv").split(separator: "\n").map(String.init)
    #expect(lines.count == 3)
    #expect(lines[0] == ResultFiles.columns.joined(separator: ","))
    let fields = lines[1].split(separator: ",", omittingEmptySubsequences: false)
    // The name holds commas, and so is in quotes.
    #expect(lines[1].hasPrefix("\"mel, mel_small, stratified\",mel,mel_small,stratified,,4,folds,"))
    #expect(fields.suffix(9) == ["false", "", "true", "", "", "", "", "", ""])
    #expect(lines[1].contains(",120,1234,6.5,"))
    let numbers = fields.compactMap { Double($0) }
    for number in [0.7, 0.1 * 2 / 3.0.squareRoot()] {
      #expect(numbers.contains { abs($0 - number) < 1e-9 }, "\(number)")
    }
    #expect(lines[2].contains("\"exec:a, \"\"b\"\"|<i> 50%\u{202E}\""))
    #expect(lines[2].hasSuffix(",true,1.0,false,1.0,,,,,"))
  }

  /// Names that a spreadsheet would compute are guarded; negative numbers are not.
  @Test func namesInCSVAreGuarded() throws {
    let run = try RunFixtures.run(RunFixtures.record(trainer: "=HYPERLINK(1)"))
    let file = try #require(try Report(runs: [run]).results().first { $0.name == "results.csv" })
    let line = String(decoding: file.bytes, as: UTF8.self).split(separator: "\n")[1]
    #expect(line.contains(",mel,'=HYPERLINK(1),stratified,"))
  }

  @Test func jsonHasEveryRun() throws {
    let json = try JSONSerialization.jsonObject(with: Data(text("results.json").utf8))
    let document = try #require(json as? [String: Any])
    #expect(document["schema"] as? String == "lathe.results/1")
    let rows = try #require(document["rows"] as? [[String: Any]])
    #expect(rows.map { $0["leaks"] as? Bool } == [false, true])
    #expect(rows[1]["leakedShare"] as? Double == 1 && rows[0]["isBest"] as? Bool == true)
    let accuracy = (rows[0]["trackAccuracy"] as? [String: Double])?["mean"] ?? 0
    #expect(abs(accuracy - 0.7) < 1e-9)
    let runs = try #require(rows[0]["runs"] as? [[String: Any]])
    #expect(runs.map { $0["testSide"] as? String } == (1...4).map { "fold-\($0)" })
    #expect(runs.map { $0["trackAccuracy"] as? Double } == [0.8, 0.6, 0.8, 0.6])
    let matrix = try #require(rows[0]["trackConfusion"] as? [[Int]])
    #expect(matrix == [[28, 12, 0], [0, 28, 12], [12, 0, 28]])
  }

  @Test func markdownIsATable() throws {
    let lines = try text("results.md").split(separator: "\n").map(String.init)
    #expect(lines.count == 4 && lines[1].hasPrefix("| --- | --- | --- | ---: |"))
    #expect(lines[2].contains("| mel\\_small |") && lines[2].contains("| **70.0 ± 11.5 %** |"))
    #expect(lines[3].contains("exec:a, \"b\"\\|&lt;i> 50%\u{FFFD}"))
    #expect(lines[3].hasSuffix("| leaks 100 % |") && !lines[3].contains("**"))
  }

  @Test func texEscapesWhatIsSpecial() throws {
    let tex = try text("results.tex")
    #expect(tex.contains("mel & mel\\_small & stratified & 4 folds &"))
    #expect(tex.contains("\\textbf{70.0 $\\pm$ 11.5 \\%}"))
    #expect(
      tex.contains(
        "exec:a, \"b\"|\\textless{}i\\textgreater{} 50\\%\u{FFFD} & slices\\textsuperscript{\\dag}")
    )
    #expect(
      tex.contains("\\textsuperscript{\\dag} leaks: 100 \\% of its test tracks were trained on"))
    for rule in ["toprule", "midrule", "bottomrule"] { #expect(tex.contains("\\\(rule)\n")) }
    #expect(
      TeXTable.escaped("\\~^#$_{}&−∞…")
        == "\\textbackslash{}\\textasciitilde{}\\textasciicircum{}\\#\\$\\_\\{\\}\\&$-$$\\infty$\\dots{}"
    )
    // A sign with an accent on it is still one.
    #expect(TeXTable.escaped("$\u{301}").unicodeScalars.first == "\\")
    #expect(MarkdownTable.escaped("|\u{301}").unicodeScalars.first == "\\")
  }

  @Test func textsStayTextsInHTML() {
    #expect(
      HTML.text("<b a=\"x\">&'\u{301}") == "&lt;b a=&quot;x&quot;&gt;&amp;&#39;\u{301}")
  }

  @Test func runsWithoutFiguresAreInAllFiles() throws {
    let fresh = RunContents(path: "p", record: RunFixtures.record(), epochs: [], result: nil)
    for file in try Report(runs: [fresh]).results() { #expect(!file.bytes.isEmpty, "\(file.name)") }
    let broken = try RunFixtures.run(
      RunFixtures.record(), epochs: 1, loss: { _ in .nan }, message: "loss is NaN")
    for file in try Report(runs: [broken]).results() {
      #expect(!file.bytes.isEmpty, "\(file.name)")
    }
  }

  @Test func nothingIsReplacedUnasked() throws {
    let temporary = try TemporaryFolder()
    let folder = temporary.path
    let report = try report()
    let page = "\(folder)/page.html"
    let written = try report.write(to: page, figures: "\(folder)/figures", overwriting: false)
    #expect(written.results == ResultFiles.names.map { "\(folder)/\($0)" })
    #expect(written.figures == 9)
    let figures = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/figures")
    #expect(figures.count == 18 && figures.contains("accuracy-of-all.png"))
    func refused(_ page: String, figures: String? = nil) throws -> String {
      let error = try #require(throws: ReportError.self) {
        try report.write(to: page, figures: figures, overwriting: false)
      }
      #expect(error.kind == .exists)
      return error.subject
    }
    let other = "\(folder)/none/other.html"
    #expect(
      try refused(other, figures: "\(folder)/figures") == "\(folder)/figures/accuracy-of-all.png")
    #expect(try refused(page) == page)
    #expect(try refused("\(folder)/other.html") == "\(folder)/results.csv")
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/other.html"))
    #expect(try report.write(to: page, figures: nil, overwriting: true).figures == 0)
    // A device has nothing beside it.
    #expect(try report.write(to: "/dev/null", figures: nil, overwriting: false).results == [])
  }
}
