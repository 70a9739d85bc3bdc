import DataLoading
import DatasetCache
import Preparation

/// Measures a loader and the bare gather on one open cache, in turn.
struct LoaderMeasurement {
  /// The samples to load.
  let samples: CacheSamples
  /// Samples in a batch.
  let batch: Int
  /// For how long a number of threads is measured.
  let seconds: Double
  /// What the loader does to samples; the bare loop does nothing to them.
  var augmentation: Augmentation?

  /// How long the loader, and each kind of gathering, runs before another's turn.
  private static let turn = 0.2

  /// What was found with one number of threads.
  struct Figures: Encodable {
    let threads: Int
    var samplesPerSecond = 0.0
    var gigabytesPerSecond = 0.0
    /// Of all threads, the consumer's included.
    var cpuSecondsPerSample = 0.0
    /// Of the faster stores.
    var gatherSamplesPerSecond = 0.0
    var gatherGigabytesPerSecond = 0.0
    /// With usual stores, and with stores past the caches.
    var usualGatherGigabytesPerSecond = 0.0
    var streamingGatherGigabytesPerSecond = 0.0
    /// The loader's speed in terms of the gather's.
    var ratio = 0.0
    /// How often each had its turn.
    var turns = 0
    var ringBatches = 0
    var ringBytes = 0
    /// From the opening of the cache to the first batch, with the checksums of all tracks that are
    /// in it.
    var firstBatchSeconds = 0.0
    /// The same without checksums.
    var firstBatchSecondsUnchecked = 0.0
  }

  func figures(threads: Int, _ gather: GatherBaseline) throws -> Figures {
    var configuration = LoaderConfiguration()
    configuration.batchSize = batch
    configuration.threads = threads
    configuration.augmentation = augmentation
    let loader = try Loader(samples, configuration: configuration)
    // The first epoch looks up and checks every track.
    while let batch = try loader.next(), batch.epoch < 1 {}
    // Without threads of the loader's own it is one thread that fills.
    let gatherThreads = max(1, threads)
    let buffers = try gather.buffers(loader.ringLength)
    let turns = max(3, Int(seconds / (3 * Self.turn)))
    var plain: [Double] = []
    var streaming: [Double] = []
    var loaded: [(rate: Double, cpu: Double)] = []
    for _ in 0..<turns {
      // Meanwhile the ring fills up, and the loader's threads fall asleep.
      _ = try gather.measure(
        threads: gatherThreads, into: buffers, seconds: Self.turn / 4, streaming: false)
      for streams in [false, true] {
        let rate = try gather.measure(
          threads: gatherThreads, into: buffers, seconds: Self.turn, streaming: streams)
        let speed = Double(rate.samples) / rate.seconds
        if streams { streaming.append(speed) } else { plain.append(speed) }
      }
      loaded.append(try turn(of: loader))
    }
    var figures = Figures(threads: threads)
    let bytes = Double(loader.sampleShape.reduce(4, *)) / 1e9
    figures.samplesPerSecond = Self.median(loaded.map(\.rate))
    figures.gigabytesPerSecond = figures.samplesPerSecond * bytes
    figures.cpuSecondsPerSample = Self.median(loaded.map(\.cpu))
    let (usual, past) = (Self.median(plain), Self.median(streaming))
    figures.gatherSamplesPerSecond = max(usual, past)
    figures.gatherGigabytesPerSecond = figures.gatherSamplesPerSecond * bytes
    figures.usualGatherGigabytesPerSecond = usual * bytes
    figures.streamingGatherGigabytesPerSecond = past * bytes
    figures.ratio = figures.samplesPerSecond / figures.gatherSamplesPerSecond
    figures.turns = turns
    figures.ringBatches = loader.ringLength
    figures.ringBytes = loader.ringBytes
    return figures
  }

  /// Takes batches for a while: samples a second, and processor seconds a sample.
  private func turn(of loader: Loader) throws -> (rate: Double, cpu: Double) {
    // What was filled during the others' turns does not count.
    for _ in 0..<2 * loader.ringLength { _ = try loader.next() }
    let cpu = ProcessUsage.now().cpuSeconds
    let start = Stopwatch.wallSeconds()
    var (count, end) = (0, start)
    while end - start < Self.turn, let batch = try loader.next() {
      count += batch.count
      end = Stopwatch.wallSeconds()
    }
    return (
      Double(count) / (end - start), (ProcessUsage.now().cpuSeconds - cpu) / Double(max(1, count))
    )
  }

  static func median(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.sorted()[values.count / 2]
  }
}
