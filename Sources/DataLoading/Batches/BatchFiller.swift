import Corpus
import Synchronization

/// Writes rows of batches. Every thread has its own, and nothing it does for a row is shared with
/// another, so what a row holds depends on its position alone.
///
/// `@unchecked Sendable`: whoever makes one hands it to one thread and does not touch it any more.
@safe final class BatchFiller: @unchecked Sendable {
  private let plan: BatchPlan
  /// Behind a pointer, so that no row pays for a check of exclusive access.
  private let reader: UnsafeMutablePointer<DrawReader>
  private let readers: UnsafeMutablePointer<SourceReader>
  private let readerCount: Int
  private let distributionCount: Int
  private let rowBytes: Int
  /// The draws of the next rows.
  private let draws: UnsafeMutablePointer<(source: Int, draw: Draw)>
  private let approaches: Bool

  /// Rows that are drawn before the first of them is written.
  private static let rowsAhead = 16
  /// Rows up to this size are asked for from memory that much ahead, which brought 6.0 rather
  /// than 4.9 million rows of 57 features a second on one thread; larger ones are long enough in
  /// themselves for the processor to see what is coming.
  private static let approachedRow = 2_048

  /// A source with what this thread reads it with.
  private struct SourceReader: ~Copyable {
    let source: any SampleSource
    var writer: SampleWriter
    /// The number among all labels of each of the source's own.
    let labels: [Int]
    /// The number that the source's first track has among all tracks.
    let firstTrack: Int64

    @inline(__always)
    mutating func write(
      _ draw: Draw, epoch: Int, to output: UnsafeMutableRawPointer,
      distribution: UnsafeMutablePointer<Float>?
    ) throws(SampleError) -> (label: Int64, track: Int64, slice: Int64) {
      try unsafe writer.write(draw, epoch: epoch, to: output, distribution: distribution)
      return facts(of: draw)
    }

    /// Its numbers among those of all sources.
    @inline(__always)
    func facts(of draw: Draw) -> (label: Int64, track: Int64, slice: Int64) {
      let location = source.location(of: draw.sample)
      let label = source.label(of: draw.sample)
      return (
        label < 0 ? -1 : Int64(labels[label]), firstTrack + Int64(location.track),
        Int64(location.slice)
      )
    }
  }

  init(
    _ content: LoaderContent, configuration: LoaderConfiguration
  ) throws(LoadingError) {
    plan = content.plan
    unsafe reader = .allocate(capacity: 1)
    unsafe reader.initialize(to: DrawReader(order: content.order, sources: content.sources))
    distributionCount = content.distributionCount
    rowBytes = content.rowBytes
    approaches = content.rowBytes <= Self.approachedRow
    unsafe draws = .allocate(capacity: Self.rowsAhead)
    unsafe draws.initialize(repeating: (0, Draw(sample: 0)), count: Self.rowsAhead)
    let sources = content.sources
    unsafe readers = .allocate(capacity: sources.sources.count)
    var made = 0
    do throws(LoadingError) {
      for (number, source) in sources.sources.enumerated() {
        var writer = try SampleWriter(
          source: source, dataType: configuration.dataType,
          augmentation: configuration.augmentation, normalisation: configuration.normalisation,
          seed: configuration.seed, firstNumber: sources.firsts[number])
        writer.streamsStores = content.streamsStores
        unsafe (readers + made).initialize(
          to: SourceReader(
            source: source, writer: writer, labels: sources.labelNumbers[number],
            firstTrack: LoaderContent.firstTrack(ofSource: number)))
        made += 1
      }
      readerCount = made
    } catch {
      unsafe readers.deinitialize(count: made)
      unsafe readers.deallocate()
      unsafe reader.deinitialize(count: 1)
      unsafe reader.deallocate()
      unsafe draws.deallocate()
      throw error
    }
  }

  deinit {
    unsafe reader.deinitialize(count: 1)
    unsafe reader.deallocate()
    unsafe readers.deinitialize(count: readerCount)
    unsafe readers.deallocate()
    unsafe draws.deallocate()
  }

  /// Asks the sources for the pages of a batch.
  func prefetch(_ step: BatchPlan.Step, until stopped: borrowing Atomic<Bool>) {
    var position = step.epoch * plan.epochLength + step.first
    for _ in 0..<step.count {
      guard !stopped.load(ordering: .relaxed) else { return }
      let (source, draw) = unsafe reader.pointee.draw(at: position)
      unsafe readers[source].source.prefetch(draw.sample)
      position += plan.worldSize
    }
  }

  /// Writes of each sample of a batch its labels, track and slice, and sees whether it can be read, where
  /// samples are not augmented; gives the first that cannot, and why.
  func check(
    _ step: BatchPlan.Step, in slot: BatchMemory.Slot, until stopped: borrowing Atomic<Bool>
  ) -> RowFailure? {
    var position = step.epoch * plan.epochLength + step.first
    for row in 0..<step.count {
      guard !stopped.load(ordering: .relaxed) else { return nil }
      let (source, draw) = unsafe reader.pointee.draw(at: position)
      do {
        try unsafe readers[source].writer.check(draw.sample)
      } catch {
        return RowFailure(row: row, error: error)
      }
      let found = unsafe readers[source].facts(of: draw)
      unsafe slot.labels[row] = found.label
      unsafe slot.tracks[row] = found.track
      unsafe slot.slices[row] = found.slice
      if distributionCount > 0 {
        let distribution = unsafe slot.distributions + row * distributionCount
        unsafe readers[source].writer.writeLabels(of: draw.sample, to: distribution)
        if readerCount > 1 { unsafe merge(distribution, by: readers[source].labels) }
      }
      position += plan.worldSize
    }
    return nil
  }

  /// Writes some rows of a batch; gives the first that could not be read, and why.
  func fill(
    _ rows: Range<Int>, of step: BatchPlan.Step, in slot: BatchMemory.Slot,
    until stopped: borrowing Atomic<Bool>
  ) -> RowFailure? {
    var position = step.epoch * plan.epochLength + step.first + rows.lowerBound * plan.worldSize
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.rowsAhead) {
      let end = min(first + Self.rowsAhead, rows.upperBound)
      for row in first..<end {
        unsafe draws[row - first] = reader.pointee.draw(at: position)
        position += plan.worldSize
      }
      if approaches {
        for index in 0..<end - first {
          guard !stopped.load(ordering: .relaxed) else { return nil }
          let (number, draw) = unsafe draws[index]
          unsafe readers[number].writer.approach(draw.sample)
        }
      }
      for row in first..<end {
        guard !stopped.load(ordering: .relaxed) else { return nil }
        let (number, draw) = unsafe draws[row - first]
        do {
          try unsafe write(draw, of: number, epoch: step.epoch, row: row, in: slot)
        } catch {
          return RowFailure(row: row, error: error)
        }
      }
    }
    return nil
  }

  @inline(__always)
  private func write(
    _ draw: Draw, of number: Int, epoch: Int, row: Int, in slot: BatchMemory.Slot
  ) throws(SampleError) {
    let distribution =
      unsafe distributionCount > 0 ? slot.distributions + row * distributionCount : nil
    let found = try unsafe readers[number].write(
      draw, epoch: epoch, to: slot.inputs + (row - slot.firstRow) * rowBytes,
      distribution: distribution)
    unsafe slot.labels[row] = found.label
    unsafe slot.tracks[row] = found.track
    unsafe slot.slices[row] = found.slice
    if let distribution = unsafe distribution, readerCount > 1 {
      unsafe merge(distribution, by: readers[number].labels)
    }
  }

  /// Moves a source's own label shares to the columns of those labels among all.
  private func merge(_ distribution: UnsafeMutablePointer<Float>, by labels: [Int]) {
    // Both lists of labels are in byte order, so no share moves down, and the last may move first.
    for own in labels.indices.reversed() {
      let share = unsafe distribution[own]
      unsafe distribution[own] = 0
      unsafe distribution[labels[own]] = share
    }
    // What lies above a source's own labels is left from the batch before.
    var next = 0
    for label in 0..<distributionCount {
      if next < labels.count, labels[next] == label {
        next += 1
      } else {
        unsafe distribution[label] = 0
      }
    }
  }
}

/// The row of a batch that could not be read.
struct RowFailure: Sendable {
  let row: Int
  let error: SampleError
}
