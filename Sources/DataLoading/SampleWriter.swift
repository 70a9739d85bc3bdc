internal import CKernels
internal import Corpus

/// Turns one drawn sample into the numbers of its row of a batch.
///
/// A writer belongs to one thread and owns what it needs besides the source and the row; it allocates
/// nothing for a sample. What it writes depends on the seed, the epoch, the draw and the source only.
struct SampleWriter: ~Copyable, Sendable {
  private let source: any SampleSource
  private let dataType: DataType
  private let block = SampleWriterScratch(count: Self.blockLength)
  /// Numbers in a sample.
  let elements: Int
  /// How many floats of label distribution belong to a sample: one a label where samples are mixed,
  /// else none.
  let distributionCount: Int
  /// Whether rows go past the caches to memory: for batches that will not be read soon. The bytes are
  /// the same. Only float32 rows that are copied or converted in one pass do.
  var streamsStores = false

  /// Numbers that are converted at a time on the way to float16: they stay in the first cache.
  private static let blockLength = 4_096

  /// A writer of samples of `source`.
  ///
  /// - Throws: ``LoadingError`` where a part of the augmentation or the normalisation is out of
  ///   range or does not fit the samples.
  init(
    source: any SampleSource, dataType: DataType = .float32, augmentation: Augmentation? = nil,
    normalisation: Normalisation? = nil, seed: UInt64
  ) throws(LoadingError) {
    self.source = source
    self.dataType = dataType
    elements = source.shape.reduce(1, *)
    distributionCount = augmentation?.mixup == nil ? 0 : source.labels.count
  }

  /// Bytes of a row.
  var rowBytes: Int { elements * dataType.size }

  /// Writes one sample.
  ///
  /// - Parameters:
  ///   - draw: which sample, and how often it was drawn before in this epoch.
  ///   - epoch: the epoch, 0 and up.
  ///   - output: gets ``rowBytes`` bytes; its alignment is at least that of a number.
  ///   - distribution: gets ``distributionCount`` floats that add up to 1; nil where those are none.
  /// - Throws: ``SampleError`` of the source; the row is then undefined.
  mutating func write(
    _ draw: Draw, epoch: Int, to output: UnsafeMutableRawPointer,
    distribution: UnsafeMutablePointer<Float>? = nil
  ) throws(SampleError) {
    try unsafe writePlain(draw.sample, to: output)
  }

  /// From the source to the row in one pass.
  private func writePlain(
    _ sample: Int, to output: UnsafeMutableRawPointer
  ) throws(SampleError) {
    let (dataType, streams, elements) = (dataType, streamsStores, elements)
    let block = unsafe block.floats
    var fits = true
    try source.read(sample) { track, window in
      fits = window.elements.count == elements && window.holds(track.byteCount)
      guard fits else { return }
      unsafe track.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        let input = unsafe base + window.elements.lowerBound * window.type.size
        switch dataType {
        case .float32:
          unsafe Self.convert(input, window.type, elements, to: output, streams: streams)
        case .float16:
          let halves = unsafe output.assumingMemoryBound(to: UInt16.self)
          for start in stride(from: 0, to: elements, by: Self.blockLength) {
            let count = min(Self.blockLength, elements - start)
            unsafe Self.convert(
              input + start * window.type.size, window.type, count, to: block, streams: false)
            unsafe lathe_float_to_float16(block, halves + start, count)
          }
        }
      }
    }
    guard fits else { throw misfit(sample) }
  }

  /// `count` numbers as floats in ±1 where they are integers; `output` is aligned for floats.
  private static func convert(
    _ input: UnsafeRawPointer, _ type: SampleType, _ count: Int,
    to output: UnsafeMutableRawPointer, streams: Bool
  ) {
    switch (type, streams) {
    case (.float32, false): unsafe output.copyMemory(from: input, byteCount: count * 4)
    case (.float32, true): unsafe lathe_copy_streaming(input, output, count * 4)
    case (.int16, false):
      unsafe lathe_int16_to_float(
        input.assumingMemoryBound(to: Int16.self), 1 / 32_768,
        output.assumingMemoryBound(to: Float.self), count)
    case (.int16, true):
      unsafe lathe_int16_to_float_streaming(
        input.assumingMemoryBound(to: Int16.self), 1 / 32_768,
        output.assumingMemoryBound(to: Float.self), count)
    }
  }

  private func misfit(_ sample: Int) -> SampleError {
    let place = source.place(of: sample)
    return SampleError(
      kind: .damaged, subject: "slice \(place.slice) of \(source.trackID(place.track))",
      detail: "does not lie within its track or has not the \(elements) numbers of its shape",
      hint: "verify \(source.name)")
  }
}

extension SampleWindow {
  /// Whether the window and its track lie in so many bytes.
  func holds(_ bytes: Int) -> Bool {
    elements.lowerBound >= 0 && elements.upperBound <= trackElements
      && trackElements <= bytes / type.size
  }
}
