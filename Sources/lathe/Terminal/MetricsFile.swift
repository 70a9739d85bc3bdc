import ArgumentParser
import Files
import Foundation
import Preparation
import Training
import Wording

/// The figures of a run in the text form of Prometheus, in a file that is replaced as a whole: node
/// exporter's textfile collector reads it, or anybody else, at any moment.
final class MetricsFile {
  private let path: String
  private let verb: String
  private let began = Date()
  private var preparation = PreparationFigures()
  private var training = TrainingFigures()
  private var exitCode: Int32?
  private var written = Date.distantPast
  private var hasFailed = false

  /// Seconds between two versions of the file, at least.
  private static let pause = 5.0

  /// Writes the first version.
  /// - Throws: `ValidationError` where it cannot be written, with what to do.
  init(_ path: String, verb: String) throws {
    self.path = path
    self.verb = verb
    do { try write() } catch {
      throw ValidationError(
        "--metrics-file \(Words.shown(path)) cannot be written: \(error.text); "
          + "\(error.remedyForWriting).")
    }
  }

  /// Takes what a preparation reports.
  func report(_ event: PreparationEvent) {
    preparation.add(event)
    writeNowAndThen()
  }

  /// Takes what a training reports; what an epoch reached is written at once.
  func report(_ event: TrainingEvent) {
    training.add(event)
    if case .epochEnded = event { written = .distantPast }
    writeNowAndThen()
  }

  /// Takes what a preparation did.
  func finished(_ summary: PreparationSummary) { preparation.summary = summary }

  /// Writes the last version.
  func ended(_ code: Int32) {
    exitCode = code
    written = .distantPast
    writeNowAndThen()
  }

  /// That it cannot be written is said once; the work goes on.
  private func writeNowAndThen() {
    guard Date().timeIntervalSince(written) >= Self.pause else { return }
    do { try write() } catch {
      if hasFailed { return }
      hasFailed = true
      Output.error(
        "warning: --metrics-file \(Words.shown(path)): figures are lost (\(error.text)); the work "
          + "goes on")
    }
  }

  private func write() throws(FileError) {
    written = Date()
    var file = try FileReplacement(output: path)
    try file.write(Array(text.utf8))
    try file.finish(isDurable: false)
  }

  private var text: String {
    var text = PrometheusText()
    text.family("lathe_run_info", "gauge", "The run that the figures are of.")
    text.sample("lathe_run_info", [("verb", verb), ("version", latheVersionText)], 1)
    text.single(
      "lathe_run_start_time_seconds", "gauge", "When it began, seconds since 1970.",
      began.timeIntervalSince1970)
    text.single(
      "lathe_run_updated_time_seconds", "gauge", "When these figures were written.",
      written.timeIntervalSince1970)
    text.single(
      "lathe_run_seconds", "gauge", "Seconds from its beginning to these figures.",
      written.timeIntervalSince(began))
    text.single("lathe_run_ended", "gauge", "1 once it has ended.", exitCode == nil ? 0 : 1)
    if let exitCode {
      text.single(
        "lathe_run_exit_code", "gauge",
        "How it ended: 0 done, 3 done with files in quarantine, 130 interrupted, others failed.",
        Double(exitCode))
    }
    preparation.write(to: &text)
    training.write(to: &text)
    return text.text
  }
}
