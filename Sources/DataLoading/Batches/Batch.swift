/// A batch of samples, borrowed from its loader's ring until it ends or is released.
///
/// Its memory is the ring's: what it lends must not outlive it, and the compiler sees to that.
@safe public struct Batch: ~Copyable, Sendable {
  private let ring: BatchRing
  private let lent: LentBatch

  init(_ ring: BatchRing, _ lent: LentBatch) {
    self.ring = ring
    self.lent = lent
  }

  deinit { ring.release(lent.slot) }

  /// Gives the memory back to the ring now rather than at the end of the scope.
  public consuming func release() {}

  /// How many samples there are.
  public var count: Int { lent.count }
  /// The epoch that they are from, counted from 0.
  public var epoch: Int { lent.epoch }
  /// How many batches this loader delivered before.
  public var index: Int { lent.index }
  /// Whether this is the last batch of its epoch.
  public var endsEpoch: Bool { lent.endsEpoch }
  /// The state of a loader that goes on after this batch.
  public var state: LoaderState { ring.content.state(at: lent.after) }
  /// ``count``, then the lengths of the axes of a sample.
  public var shape: [Int] { [lent.count] + ring.content.sources.shape }

  /// The numbers, sample after sample, of the type that the configuration names.
  public var inputs: RawSpan {
    @_lifetime(borrow self) get {
      let bytes = unsafe UnsafeRawBufferPointer(
        start: ring.memory[lent.slot].inputs, count: lent.count * ring.content.rowBytes)
      return unsafe _overrideLifetime(bytes.bytes, borrowing: self)
    }
  }

  /// The numbers where they are float32, else none.
  public var floats: Span<Float> {
    @_lifetime(borrow self) get {
      let isFloat = ring.content.rowBytes == ring.content.sources.elements * 4
      return unsafe span(
        ring.memory[lent.slot].inputs.assumingMemoryBound(to: Float.self),
        count: isFloat ? lent.count * ring.content.sources.elements : 0)
    }
  }

  /// The numbers of one sample, as an array of their own; where time matters, take ``floats``.
  /// - Parameter row: 0 up to ``count``.
  public func sample(_ row: Int) -> [Float] {
    let (floats, size) = (floats, ring.content.sources.elements)
    return (row * size..<(row + 1) * size).map { floats[$0] }
  }

  /// The label of each sample, an index into ``Loader/labels``; -1 where it has none or may have several.
  public var labels: Span<Int64> {
    @_lifetime(borrow self) get { unsafe span(ring.memory[lent.slot].labels, count: lent.count) }
  }

  /// The track of each sample, a number that ``Loader/trackID(_:)`` names.
  public var tracks: Span<Int64> {
    @_lifetime(borrow self) get { unsafe span(ring.memory[lent.slot].tracks, count: lent.count) }
  }

  /// Which slice of its track each sample is.
  public var slices: Span<Int64> {
    @_lifetime(borrow self) get { unsafe span(ring.memory[lent.slot].slices, count: lent.count) }
  }

  /// For each sample the weight of each label: where samples are mixed their shares, which add up to 1, and
  /// where a sample may have several labels those of all that it has. Else none.
  public var labelDistributions: Span<Float> {
    @_lifetime(borrow self) get {
      unsafe span(
        ring.memory[lent.slot].distributions, count: lent.count * ring.content.distributionCount)
    }
  }

  @_lifetime(borrow self)
  private borrowing func span<Element: BitwiseCopyable>(
    _ start: UnsafeMutablePointer<Element>, count: Int
  ) -> Span<Element> {
    let buffer = unsafe UnsafeBufferPointer(start: start, count: count)
    return unsafe _overrideLifetime(buffer.span, borrowing: self)
  }
}
