import ArgumentParser
import Preparation
import Training

/// What a verb reports of its progress: to a person in a style, to programs as lines of JSON, and to
/// a log file; and figures for Prometheus.
final class ProgressReport {
  let style: ProgressStyle
  private let verb: String
  private let log: ProgressLog?
  fileprivate let metrics: MetricsFile?

  init(
    verb: String, style: ProgressStyle, log: ProgressLog? = nil, metrics: MetricsFile? = nil
  ) {
    self.verb = verb
    self.style = style
    self.log = log
    self.metrics = metrics
  }

  /// Writes a line for programs: to the standard output where the style is JSON, and to the log
  /// file where there is one.
  func put(_ event: String, _ value: @autoclosure () -> some Encodable) {
    guard style == .json || log != nil else { return }
    guard let line = try? ProgressLine(verb, event, value()).text() else { return }
    if style == .json { Output.text(json: line) }
    log?.append(line)
  }

  /// Does the work of the verb; what ends it before its end is a line, too.
  func reporting<Result>(_ work: () throws -> Result) throws -> Result {
    do {
      let result = try work()
      metrics?.ended(Exit.done)
      return result
    } catch let error as ExitCode {
      metrics?.ended(error.rawValue)
      throw error
    } catch {
      metrics?.ended(Lathe.exitCode(for: error) == .validationFailure ? Exit.usage : Exit.failed)
      put("failed", ["message": Lathe.message(for: error)])
      throw error
    }
  }

  /// Takes what a preparation did.
  func finished(_ summary: PreparationSummary) {
    metrics?.finished(summary)
    put("finished", summary)
  }

  /// Hears of a preparation.
  func preparation() -> PreparationReport { PreparationReport(self) }

  /// Hears of a training.
  func training() -> TrainingReport { TrainingReport(self) }
}

/// Reports on a preparation.
final class PreparationReport: ProgressSink {
  private let report: ProgressReport
  private let text: PreparationProgressText?

  init(_ report: ProgressReport) {
    self.report = report
    text =
      switch report.style {
      case .auto, .plain: PreparationProgressText(isBar: report.style.isBar)
      case .json, .none: nil
      }
  }

  func report(_ event: PreparationEvent) {
    switch event {
    case .began(let overview): report.put("began", overview)
    case .advanced(let progress): report.put("advanced", PreparationAdvance(progress))
    case .quarantined(let record): report.put("quarantined", record)
    }
    report.metrics?.report(event)
    text?.report(event)
  }

  /// Leaves a bar where it is: what is written next begins below it.
  func end() { text?.end() }
}

/// Progress with what a reader would have to work out.
private struct PreparationAdvance: Encodable {
  let done, total, quarantined: Int
  let audioSeconds, elapsedSeconds, tracksPerSecond: Double
  let remainingSeconds: Double?

  init(_ progress: PreparationProgress) {
    done = progress.done
    total = progress.total
    quarantined = progress.quarantined
    audioSeconds = progress.audioSeconds
    elapsedSeconds = progress.elapsed
    tracksPerSecond = progress.rate
    remainingSeconds = progress.remaining
  }
}

/// Reports on a training.
struct TrainingReport: TrainingProgress {
  private let report: ProgressReport
  private let text: TrainingProgressText?

  init(_ report: ProgressReport) {
    self.report = report
    text =
      switch report.style {
      case .auto, .plain: TrainingProgressText(isBar: report.style.isBar)
      case .json, .none: nil
      }
  }

  func report(_ event: TrainingEvent) {
    switch event {
    case .began(let record, _): report.put("began", record)
    case .advanced(let advance): report.put("advanced", advance)
    case .epochEnded(let epoch): report.put("epoch", epoch)
    case .ended(let result): report.put("ended", result)
    }
    report.metrics?.report(event)
    text?.report(event)
  }
}
