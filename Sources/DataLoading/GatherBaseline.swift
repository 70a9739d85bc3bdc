internal import CKernels
public import Corpus
internal import Glibc
internal import Synchronization

/// What a bare loop of C gets that gathers the same samples from where they lie into reused
/// buffers: the yardstick that a loader is measured by.
///
/// The samples' addresses are looked up beforehand, in a shuffled order. What is timed knows no
/// order, no labels, no checks and no consumer: it is one kernel call a sample, the same that a
/// loader makes.
///
/// `@unchecked Sendable`: nothing changes after init, and the source keeps the addresses valid.
@safe public final class GatherBaseline: @unchecked Sendable {
  private let source: any SampleSource
  private let samples: UnsafeMutablePointer<UnsafeRawPointer?>
  private let count: Int
  private let type: SampleType
  private let elements: Int
  private let batchSize: Int

  /// Looks the samples up, which touches each of them.
  ///
  /// - Parameters:
  ///   - source: its samples must lie at the same addresses as long as it lives, as in a memory
  ///     map, and have one type.
  ///   - batchSize: samples in a buffer, 1 or more.
  /// - Throws: ``LoadingError``: ``LoadingError/Kind/sample`` for a sample that cannot be read,
  ///   ``LoadingError/Kind/source`` for samples of two types or none,
  ///   ``LoadingError/Kind/configuration`` for a batch without samples.
  public init(_ source: any SampleSource, batchSize: Int) throws(LoadingError) {
    guard batchSize >= 1, source.count > 0 else {
      throw LoadingError(
        kind: batchSize < 1 ? .configuration : .source,
        subject: batchSize < 1 ? "batchSize" : source.name, detail: "there is nothing to gather",
        hint: "give samples, and 1 or more a batch")
    }
    self.source = source
    count = source.count
    self.batchSize = min(batchSize, count)
    elements = source.shape.reduce(1, *)
    unsafe samples = .allocate(capacity: count)
    unsafe samples.initialize(repeating: nil, count: count)
    let order = Permutation(count: count, seed: 1, stream: 0)
    var first: SampleType?
    var isOneType = true
    let samples = unsafe samples
    for number in 0..<count {
      do throws(SampleError) {
        try source.read(order[number]) { bytes, window in
          first = first ?? window.type
          isOneType = isOneType && window.type == first
          unsafe bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            unsafe samples[number] = base + window.elements.lowerBound * window.type.size
          }
        }
      } catch {
        throw LoadingError(
          kind: .sample, subject: error.subject, detail: error.detail, hint: error.hint,
          sample: error)
      }
    }
    type = first ?? .float32
    guard isOneType else {
      throw LoadingError(
        kind: .source, subject: source.name, detail: "its samples are of several types",
        hint: "measure another cache")
    }
  }

  deinit { unsafe samples.deallocate() }

  /// How fast samples were gathered.
  public struct Rate: Sendable, Hashable {
    /// Samples gathered, by all threads together.
    public let samples: Int
    /// From before the first thread began until the last one ended, in seconds.
    public let seconds: Double
  }

  /// Buffers of one measurement, filled again and again.
  public struct Buffers: Sendable {
    let memory: BatchMemory
    let count: Int
  }

  /// Buffers of a batch each.
  /// - Throws: ``LoadingError`` where memory is wanting.
  public func buffers(_ count: Int) throws(LoadingError) -> Buffers {
    let count = max(1, count)
    return Buffers(
      memory: try BatchMemory(
        slots: count, rows: batchSize, rowBytes: elements * 4, distributionCount: 0),
      count: count)
  }

  /// Gathers batch after batch for a while.
  ///
  /// - Parameters:
  ///   - threads: how many work, 1 or more; each has an equal share of the buffers, and fewer work
  ///     where there is no buffer for each.
  ///   - buffers: what to fill.
  ///   - seconds: for how long.
  ///   - streaming: whether stores go past the processor's caches.
  /// - Throws: ``LoadingError`` where the system refuses a thread.
  public func measure(
    threads: Int, into buffers: Buffers, seconds: Double, streaming: Bool
  ) throws(LoadingError) -> Rate {
    let threads = max(1, min(threads, buffers.count))
    let start = Self.now()
    let work = Work(self, buffers, threads: threads, end: start + seconds, streaming: streaming)
    var started: [OwnThread] = []
    defer { for thread in started { thread.join() } }
    for number in 1..<max(1, threads) {
      started.append(try OwnThread { work.run(number) })
    }
    work.run(0)
    for thread in started { thread.join() }
    started = []
    return Rate(samples: work.gathered.load(ordering: .acquiring), seconds: Self.now() - start)
  }

  private static func now() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// What the threads of one measurement share.
  private final class Work: Sendable {
    let gathered = Atomic(0)
    private let baseline: GatherBaseline
    private let buffers: Buffers
    private let threads: Int
    private let end: Double
    private let kind: Int32

    init(
      _ baseline: GatherBaseline, _ buffers: Buffers, threads: Int, end: Double, streaming: Bool
    ) {
      self.baseline = baseline
      self.buffers = buffers
      self.threads = threads
      self.end = end
      let type =
        switch baseline.type {
        case .int16: Int32(LATHE_GATHER_INT16)
        case .float16: Int32(LATHE_GATHER_FLOAT16)
        case .float32: Int32(0)
        }
      kind = type | (streaming ? Int32(LATHE_GATHER_STREAMING) : 0)
    }

    /// The part of one thread: its own stretch of the samples into its own buffers.
    func run(_ number: Int) {
      let batchSize = baseline.batchSize
      var next = baseline.count / threads * number
      var slot = number
      var done = 0
      repeat {
        if next + batchSize > baseline.count { next = 0 }
        unsafe lathe_gather(
          baseline.samples + next, batchSize, baseline.elements, kind,
          buffers.memory[slot].inputs.assumingMemoryBound(to: Float.self))
        next += batchSize
        done += batchSize
        slot += threads
        if slot >= buffers.count { slot = number }
      } while GatherBaseline.now() < end
      gathered.add(done, ordering: .releasing)
    }
  }
}
