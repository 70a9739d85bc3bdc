import ArgumentParser

/// Where the figures of a run are kept for Prometheus.
struct MetricsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Keep the figures of the run in a file as Prometheus reads them, replaced every few seconds.",
      discussion:
        "Such as /var/lib/node_exporter/lathe.prom, for node exporter's textfile collector.",
      valueName: "file"), completion: .file())
  var metricsFile: String?

  func validate() throws {
    if metricsFile?.isEmpty == true {
      throw ValidationError("--metrics-file: the path is empty.")
    }
  }

  /// Begins the file, if there is to be one.
  /// - Throws: `ValidationError` for a file that cannot be written.
  func file(of verb: String, cache: String?) throws -> MetricsFile? {
    guard let metricsFile else { return nil }
    if let cache { try OwnFiles.refuse(metricsFile, in: cache, option: "--metrics-file") }
    return try MetricsFile(metricsFile, verb: verb)
  }
}
