import Wording
public import Corpus
internal import Synchronization

/// Samples of a source by their numbers: the same bytes that a ``Loader`` without augmentation
/// delivers, in any order, for evaluation, for looking at one sample, or for samplers of one's own.
///
/// Any thread may read; they take turns.
public final class SampleReader: Sendable {
  /// Where the samples come from.
  public let source: any SampleSource
  /// The type of the numbers that are written.
  public let dataType: DataType
  /// Bytes of a sample as it is written.
  public let sampleBytes: Int
  private let writer: Mutex<SampleWriter>

  /// A reader of `source`.
  /// - Parameters:
  ///   - dataType: the type of the numbers.
  ///   - normalisation: what makes them comparable; nil for the numbers as they are stored, int16
  ///     as multiples of 1/32,768.
  /// - Throws: ``LoadingError`` `.configuration` where the normalisation does not fit the samples.
  public init(
    _ source: any SampleSource, dataType: DataType = .float32, normalisation: Normalisation? = nil
  ) throws(LoadingError) {
    guard ForkGate.isInstalled else { throw .noMemoryForForks }
    let writer = try SampleWriter(
      source: source, dataType: dataType, normalisation: normalisation, seed: 0)
    sampleBytes = writer.rowBytes
    self.writer = Mutex(writer)
    self.source = source
    self.dataType = dataType
  }

  /// Writes samples one after the other, without gaps.
  /// - Parameters:
  ///   - numbers: which, each from 0 to below the source's count; a number may come again.
  ///   - output: room for ``sampleBytes`` a number; aligned as a number of ``dataType`` is.
  /// - Throws: ``SampleError``: `.damaged` where what is stored does not have its checksum,
  ///   `.missing` also for a number that is none of a sample; what comes after it is not written.
  @unsafe public func read(
    _ numbers: some Sequence<Int>, to output: UnsafeMutableRawPointer
  ) throws(SampleError) {
    ForkGate.enter()
    defer { ForkGate.leave() }
    try writer.withLock { writer throws(SampleError) in
      for (row, number) in numbers.enumerated() {
        try check(number)
        try unsafe writer.write(
          Draw(sample: number), epoch: 0, to: output + row * sampleBytes)
      }
    }
  }

  /// - Throws: ``SampleError`` `.missing` where there is no sample of this number.
  public func check(_ number: Int) throws(SampleError) {
    guard (0..<source.count).contains(number) else {
      throw SampleError(
        kind: .missing, subject: "sample \(number)",
        detail: "\(source.name) has \(Words.counted(source.count, "sample"))",
        hint: "give a number from 0 to \(source.count - 1)")
    }
  }
}
