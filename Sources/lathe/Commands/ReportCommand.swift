import Wording
import ArgumentParser
import Corpus
import DatasetCache
import Files
import Foundation
import Reporting
import Training

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Show the results of training runs on a page with figures.",
    discussion: """
      The page is one file that needs nothing else: first the table of all runs (slice accuracy, track \
      accuracy with its 95 % interval, macro F1, parameters, time), then what configurations differ by on the \
      same tracks (runs of one split and seed are compared, by McNemar's exact test and a bootstrap over \
      tracks), then what each leak gains where a \
      trainer was run under several split policies, then for each configuration its curves, confusion \
      matrix, labels and the command that repeats it. The folds of a split, and seeds of one configuration, \
      are shown together. A run that has not ended is shown as far as it has come.

      Runs whose test tracks were trained on (as under the policy slices, which puts pieces of one track on \
      both sides) are marked in the table, the figures and their headings. They come after all others, and \
      only among the others is the best one set in bold type.

      The table lies beside the page as data: results.csv and results.json (shares from 0 to 1; JSON has every \
      run and the confusion matrices too), results.md and results.tex (for LaTeX with booktabs); comparisons and \
      leaks likewise, where there are any. With \
      --output /dev/stdout there is the page only. Nothing that is there is replaced without --overwrite.

      Give run directories, or folders of them.

      Examples:
        lathe report runs --output report.html
        lathe report runs --output report.html --overwrite
        lathe report runs/mel-small-* runs/waveform-* --output report.html --figures figures
        lathe report runs --output report.html --samples gtzan.lathe --title "Three modes on GTZAN"

      Exit code 1 where a run could not be read; the others are in the page.
      """)

  @Argument(
    help: ArgumentHelp("Run directories, or folders of them.", valueName: "run-dir"),
    completion: .directory)
  var runs: [String]

  @Option(
    help: "The page to write; results.csv, .json, .md and .tex are written beside it.",
    completion: .file(extensions: ["html"]))
  var output: String

  @Option(
    help: """
      A folder for the figures as PNG and SVG, named by run and by what they show; made where it is missing.
      """,
    completion: .directory)
  var figures: String?

  @Option(
    help: ArgumentHelp(
      "A cache whose mel spectrograms are shown too, one of each label.", valueName: "cache"),
    completion: .directory)
  var samples: String?

  @Option(help: "The page's title.")
  var title = "Training runs"

  @Flag(help: "Replace a page, results and figures that are there.")
  var overwrite = false

  func validate() throws {
    if runs.isEmpty { throw ValidationError("Give at least one run directory.") }
    if output.isEmpty { throw ValidationError("--output is empty: give a file.") }
  }

  func run() throws {
    try refuseRunFiles()
    let (contents, failures) = read()
    for failure in failures { Output.error("lathe: \(Words.shown("\(failure)"))") }
    guard !contents.isEmpty else { throw ExitCode(Exit.failed) }
    for remark in contents.flatMap(\.remarks) { Output.error(Words.shown(remark)) }
    if let remark = RunReport.boxes(in: contents) { Output.error(remark) }
    let report = try Report(runs: contents, title: title, illustrations: try illustrations())
    let written = try report.write(to: output, figures: figures, overwriting: overwrite)
    RunReport.lines(report).forEach { Output.line($0) }
    Output.error("\(Words.counted(contents.count, "run")) in \(Words.shown(output))")
    if !written.results.isEmpty {
      Output.error("the table as data: \(Words.list(written.results))")
    }
    if let figures {
      Output.error(
        "\(Words.counted(written.figures, "figure")) as PNG and SVG in \(Words.shown(figures))")
    }
    if !failures.isEmpty { throw ExitCode(Exit.failed) }
  }

  /// All runs that can be read, each once, and why the others cannot.
  private func read() -> (runs: [RunContents], failures: [any Error]) {
    var contents: [RunContents] = []
    var failures: [any Error] = []
    var known: Set<String> = []
    var paths: [String] = []
    for path in runs {
      do { paths += try Self.directories(path) } catch { failures.append(error) }
    }
    for path in paths {
      let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
      guard known.insert(resolved).inserted else { continue }
      do {
        contents.append(try RunDirectory.contents(at: path, withOutcomes: true))
      } catch {
        failures.append(error)
      }
    }
    return (contents, failures)
  }

  /// The path, or the run directories in it where it is none itself.
  private static func directories(_ path: String) throws -> [String] {
    let files = FileManager.default
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    func isRun(_ path: String) -> Bool {
      files.fileExists(atPath: "\(path)/\(RunDirectory.File.record)")
    }
    if isRun(path) { return [path] }
    guard try Files.kind(path) == .folder else { return [path] }
    let inner = try Files.names(path).map { "\(path)/\($0)" }.filter(isRun)
    return inner.isEmpty ? [path] : inner
  }

  /// The first slice of each label.
  private func illustrations() throws -> [Report.Illustration] {
    guard let samples else { return [] }
    let cache = try Cache.open(at: samples, for: .reading)
    guard let view = try ViewPictures.views(of: cache).first.flatMap(View.init(rawValue:)) else {
      return []
    }
    let pictures = try ViewPictures(cache, view)
    var firsts: [Int: Int] = [:]
    for sample in 0..<pictures.samples.count {
      let label = pictures.samples.label(of: sample)
      if firsts[label] == nil { firsts[label] = sample }
      if firsts.count == min(pictures.samples.labels.count, 20) { break }
    }
    return try firsts.sorted { $0.key < $1.key }.map { _, sample in
      Report.Illustration(
        name: "spectrogram \(pictures.label(of: sample)) \(pictures.name(of: sample))",
        caption: "\(view.rawValue) of \(pictures.name(of: sample)) (\(pictures.label(of: sample)))",
        figure: try pictures.chart(sample, .viridis))
    }
  }

  /// A page in the place of a run's record would be the end of the run.
  private func refuseRunFiles() throws {
    let target = URL(fileURLWithPath: output)
    guard RunDirectory.File.all.contains(target.lastPathComponent) else { return }
    throw ValidationError(
      "--output \(Words.shown(output)) is the name of a run's own file: give another, such as report.html."
    )
  }
}
