public import Corpus
internal import Synchronization

extension SampleStatistics {
  /// Takes the mean and the deviation of all samples of a source; a number that lies in several
  /// slices counts as often.
  ///
  /// Right to about 1e-12 of the deviation, however large the mean; of integers, exact up to the
  /// last division. The same bits whatever the number of threads: which samples are added up
  /// together depends on their number alone.
  ///
  /// - Parameters:
  ///   - source: the samples: those of the training side.
  ///   - axis: what a mean is taken for.
  ///   - threads: how many work on it, 1 to 64; others are taken for the nearest of these.
  /// - Throws: ``SampleError``: the first sample that cannot be read or holds a number that is not
  ///   finite; or that there are no samples.
  /// - Complexity: each sample is read once.
  public static func compute(
    of source: any SampleSource, axis: Axis, threads: Int = 2
  ) throws(SampleError) -> SampleStatistics {
    guard source.count > 0 else {
      throw SampleError(
        kind: .missing, subject: source.name, detail: "there are no samples to take statistics of",
        hint: "choose a split and side that have some")
    }
    let work = StatisticsWork(source, axis)
    let helpers = (1..<max(1, min(threads, StatisticsWork.segments))).compactMap { _ in
      // Whatever threads the system refuses, the others do the work.
      try? OwnThread { work.run() }
    }
    work.run()
    for helper in helpers { helper.join() }
    let total = try work.total()
    return SampleStatistics(
      axis: axis, samples: source.count, means: total.means, deviations: total.deviations)
  }
}

extension Normalisation {
  /// Normalisation by the statistics of the training side, as the source kept them, or computed now
  /// and kept with it.
  ///
  /// Loaders of the validation and the test side take this same value.
  /// - Throws: ``SampleError`` as ``SampleStatistics/compute(of:axis:threads:)``.
  public static func of(
    training source: any SampleSource, axis: SampleStatistics.Axis, threads: Int = 2
  ) throws(SampleError) -> Normalisation {
    if let kept = source.keptStatistics(axis) { return Normalisation(kept) }
    let statistics = try SampleStatistics.compute(of: source, axis: axis, threads: threads)
    source.keep(statistics)
    return Normalisation(statistics)
  }
}

/// The samples of a source in fixed segments, which threads take one after the other.
///
/// `@unchecked Sendable`: the element for a segment's result is written by the one thread that took
/// the segment, and read after all threads have ended.
@safe private final class StatisticsWork: @unchecked Sendable {
  /// More would only cost memory, fewer leave threads idle at the end.
  static let segments = 64

  private let source: any SampleSource
  private let axis: SampleStatistics.Axis
  private let next = Atomic(0)
  /// The first segment that failed; those after it need not be looked at.
  private let firstFailure = Atomic(Int.max)
  private let results: UnsafeMutablePointer<Result<StatisticsSegment, SampleError>?>

  init(_ source: any SampleSource, _ axis: SampleStatistics.Axis) {
    self.source = source
    self.axis = axis
    unsafe results = .allocate(capacity: Self.segments)
    unsafe results.initialize(repeating: nil, count: Self.segments)
  }

  deinit {
    unsafe results.deinitialize(count: Self.segments)
    unsafe results.deallocate()
  }

  func run() {
    let length = StatisticsSegment.blockLength
    let blocks = (source.count + length - 1) / length
    ForkGate.enter()
    defer { ForkGate.leave() }
    while true {
      ForkGate.yield()
      let number = next.add(1, ordering: .relaxed).oldValue
      guard number < Self.segments, number < firstFailure.load(ordering: .relaxed) else { return }
      let first = blocks * number / Self.segments * length
      let end = min(blocks * (number + 1) / Self.segments * length, source.count)
      var segment = StatisticsSegment(of: source, axis: axis)
      do {
        if first < end { try segment.add(first..<end) }
        unsafe results[number] = .success(segment)
      } catch {
        unsafe results[number] = .failure(error)
        firstFailure.min(number, ordering: .relaxed)
      }
    }
  }

  /// All segments, added up in their order.
  func total() throws(SampleError) -> StatisticsMoments {
    var total = StatisticsSegment(of: source, axis: axis)
    for number in 0..<Self.segments {
      guard let result = unsafe results[number] else { continue }
      total.add(try result.get())
    }
    return total.total
  }
}
