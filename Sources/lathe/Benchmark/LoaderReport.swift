import Wording
import DatasetCache

/// What `lathe bench loader` found.
struct LoaderReport: Encodable {
  let cache: String
  let view: String
  /// The side of a split, in words; nil for all tracks.
  let side: String?
  let samples: Int
  let tracks: Int
  let shape: [Int]
  let batch: Int
  /// Memory that the source takes whatever is read.
  let indexBytes: Int
  let indexBytesPerSample: Double
  /// How long writing made-up tracks took.
  var writeSeconds: Double?
  var threads: [LoaderMeasurement.Figures] = []

  init(cache: String, samples: CacheSamples, batch: Int) {
    self.cache = cache
    view = samples.view.rawValue
    side = samples.side.map { "\($0.side) of \($0.split)" }
    self.samples = samples.count
    tracks = samples.trackCount
    shape = samples.shape
    self.batch = batch
    indexBytes = samples.indexByteCount
    indexBytesPerSample = Double(indexBytes) / Double(max(1, samples.count))
  }

  /// Prints it as a table.
  func show() {
    let whole = side.map { " of \($0)" } ?? ""
    let lengths = shape.map { "\($0)" }.joined(separator: " × ")
    Output.line(
      "\(view)\(whole) in \(cache): \(Words.counted(samples, "slice")) of \(lengths), "
        + "\(Words.tracks(tracks)), batches of \(batch)")
    if let writeSeconds { Output.line("writing took \(Words.duration(writeSeconds))") }
    func row(_ name: String, _ value: (LoaderMeasurement.Figures) -> String) -> [String] {
      [name] + threads.map(value)
    }
    func milliseconds(_ seconds: Double) -> String { Words.fixed(seconds * 1_000, 1) + " ms" }
    let rows = [
      row("") { Words.counted($0.threads, "thread") },
      row("samples a second") { Words.count(Int($0.samplesPerSecond)) },
      row("numbers delivered") { Words.fixed($0.gigabytesPerSecond, 2) + " GB/s" },
      row("bare gather, usual stores") {
        Words.fixed($0.usualGatherGigabytesPerSecond, 2) + " GB/s"
      },
      row("bare gather, past the caches") {
        Words.fixed($0.streamingGatherGigabytesPerSecond, 2) + " GB/s"
      },
      row("loader / faster gather") { Words.fixed($0.ratio * 100, 0) + " %" },
      row("processor time a sample") { Words.fixed($0.cpuSecondsPerSample * 1e6, 3) + " µs" },
      row("open to first batch") { milliseconds($0.firstBatchSeconds) },
      row("the same without checksums") { milliseconds($0.firstBatchSecondsUnchecked) },
      row("ring") { "\($0.ringBatches) batches, " + Words.bytes($0.ringBytes) },
      row("index") { _ in
        "\(Words.bytes(indexBytes)), \(Words.fixed(indexBytesPerSample, 1)) bytes a slice"
      },
    ]
    for line in Words.table(rows) { Output.line("  " + line) }
  }
}
