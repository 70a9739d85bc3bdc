import ArgumentParser
import Foundation
import Wording

/// How progress is shown.
enum ProgressStyle: String, CaseIterable, ExpressibleByArgument {
  /// A bar on a terminal, plain lines elsewhere.
  case auto
  /// A line every few seconds.
  case plain
  /// A JSON object a line on the standard output, the summary last.
  case json
  /// Nothing.
  case none

  /// Whether a line is drawn over the one before.
  var isBar: Bool { self == .auto && Terminal.drawsOver }
}

/// What the verbs that take long have to say of their progress, and where.
struct ProgressOptions: ParsableArguments {
  @Option(name: .customLong("progress"), help: "How to show progress: auto, plain, json or none.")
  var style = ProgressStyle.auto

  @Option(
    help: ArgumentHelp(
      "Append the lines of --progress json to a file, whatever is shown.", valueName: "file"),
    completion: .file())
  var logFile: String?

  func validate() throws {
    if logFile?.isEmpty == true { throw ValidationError("--log-file: the path is empty.") }
  }

  /// Opens the log file, if there is to be one.
  /// - Parameters:
  ///   - verb: the verb that runs, as its lines name it.
  ///   - cache: a folder whose files are no logs.
  ///   - metrics: where figures are kept, if they are.
  /// - Throws: `ValidationError` for a file that cannot be written.
  func report(
    of verb: String, cache: String? = nil, metrics: MetricsOptions? = nil
  ) throws -> ProgressReport {
    if let cache, let logFile { try OwnFiles.refuse(logFile, in: cache, option: "--log-file") }
    return ProgressReport(
      verb: verb, style: style, log: try logFile.map { try ProgressLog(appendingTo: $0) },
      metrics: try metrics?.file(of: verb, cache: cache))
  }
}
