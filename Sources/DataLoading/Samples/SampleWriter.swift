internal import CKernels
internal import Corpus

/// Turns one drawn sample into the numbers of its row of a batch.
///
/// A writer belongs to one thread and owns what it needs besides the source and the row; it
/// allocates nothing for a sample. What it writes depends on the seed, the epoch, the draw and the
/// source only.
///
/// First comes the augmentation, part after part in the order of ``Augmentation``, then
/// normalisation, then the rounding to float16. All of it is done in float32; int16 counts as
/// 1/32,768.
struct SampleWriter: ~Copyable, Sendable {
  let source: any SampleSource
  let dataType: DataType
  let augmentation: Augmentation
  /// Whether any part of the augmentation is set.
  private let augments: Bool
  let form: SampleForm
  let normaliser: SampleNormaliser?
  let seed: UInt64
  /// The number of the source's first sample among those of all sources of a loader.
  let firstNumber: Int
  let speedTables: SpeedTables
  /// A row as floats on its way to float16.
  let row: SampleWriterScratch
  /// The partner of a row in a mix.
  let partner: SampleWriterScratch
  /// The stretch of a track that a row is resampled from.
  let stretch: SampleWriterScratch
  /// Numbers in a sample.
  let elements: Int
  /// How many floats of label distribution belong to a sample: one a label where samples are mixed or may have
  /// several labels, else none.
  let distributionCount: Int
  /// Whether rows go past the caches to memory: for batches that will not be read soon. The bytes
  /// are the same. Only float32 rows that are copied or converted in one pass do.
  var streamsStores = false

  /// A writer of samples of `source`.
  ///
  /// - Parameter firstNumber: where several sources are mixed, the number of this one's first
  ///   sample among all, so that equal numbers of two sources are not augmented alike.
  /// - Throws: ``LoadingError`` where a part of the augmentation or the normalisation is out of
  ///   range or does not fit the samples.
  init(
    source: any SampleSource, dataType: DataType = .float32, augmentation: Augmentation? = nil,
    normalisation: Normalisation? = nil, seed: UInt64, firstNumber: Int = 0
  ) throws(LoadingError) {
    let augmentation = augmentation ?? Augmentation()
    let form = try augmentation.check(for: source)
    try normalisation?.check(for: source.shape)
    self.form = form
    let elements = source.shape.reduce(1, *)
    normaliser = normalisation.map { SampleNormaliser($0, shape: source.shape) }
    let isMixed = augmentation.mixup != nil
    distributionCount = isMixed || source.isTagged ? source.labels.count : 0
    let factors = augmentation.speed?.factors ?? []
    speedTables = SpeedTables(factors: factors)
    let fastest = factors.max() ?? 0
    stretch = SampleWriterScratch(
      count: factors.isEmpty ? 0 : Int(Double(elements) * fastest) + 2 + SpeedTables.taps)
    partner = SampleWriterScratch(count: isMixed ? elements : 0)
    augments = !augmentation.isEmpty
    let isPlain = !augments && normalisation == nil
    row = SampleWriterScratch(
      count: dataType == .float32 ? 0 : isPlain ? Self.blockLength : elements)
    self.source = source
    self.dataType = dataType
    self.augmentation = augmentation
    self.seed = seed
    self.firstNumber = firstNumber
    self.elements = elements
  }

  /// Bytes of a row.
  var rowBytes: Int { elements * dataType.size }

  /// Writes one sample.
  ///
  /// - Parameters:
  ///   - draw: which sample, and how often it was drawn before in this epoch.
  ///   - epoch: the epoch, 0 and up.
  ///   - output: gets ``rowBytes`` bytes; its alignment is at least that of a number.
  ///   - distribution: gets ``distributionCount`` floats: the weights of the labels, which add up to 1 where
  ///     each sample has one label; nil where those are none.
  /// - Throws: ``SampleError`` of the source; the row is then undefined.
  mutating func write(
    _ draw: Draw, epoch: Int, to output: UnsafeMutableRawPointer,
    distribution: UnsafeMutablePointer<Float>? = nil
  ) throws(SampleError) {
    if source.isTagged, augmentation.mixup == nil, let distribution = unsafe distribution {
      unsafe writeLabels(of: draw.sample, to: distribution)
    }
    if !augments, normaliser == nil {
      return try unsafe writePlain(draw.sample, to: output)
    }
    let floats =
      unsafe dataType == .float32 ? output.assumingMemoryBound(to: Float.self) : row.floats
    if augments {
      try unsafe writeAugmented(draw, epoch: epoch, to: floats, distribution: distribution)
      if let normaliser { unsafe normaliser.apply(floats, .float32, elements, to: floats) }
    } else {
      try unsafe writeNormalised(draw.sample, to: floats)
    }
    if dataType == .float16 {
      unsafe lathe_float_to_float16(floats, output.assumingMemoryBound(to: UInt16.self), elements)
    }
  }

  /// Asks the processor for the numbers of a sample that is written soon. A sample that cannot be
  /// read is not noticed before that.
  func approach(_ sample: Int) {
    try? source.read(sample) { track, window in
      unsafe track.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress, window.holds(bytes.count) else { return }
        let size = window.type.size
        unsafe lathe_approach(
          base + window.elements.lowerBound * size, window.elements.count * size)
      }
    }
  }

  /// Writes the weights of the labels of a sample that is not mixed, ``distributionCount`` floats.
  func writeLabels(of sample: Int, to distribution: UnsafeMutablePointer<Float>) {
    unsafe distribution.update(repeating: 0, count: distributionCount)
    unsafe addLabels(of: sample, to: distribution)
  }

  /// - Throws: ``SampleError`` where a sample cannot be read.
  func check(_ sample: Int) throws(SampleError) { try unsafe read(sample) { _, _ in } }

  /// Reads a sample's window, which is known to have the right length and to lie in its track.
  ///
  /// - Parameter reach: says which numbers of the track the body reads.
  @inline(__always)
  func read(
    _ sample: Int, reaching reach: (SampleWindow) -> Range<Int> = { $0.elements },
    _ body: (UnsafeRawPointer, SampleWindow) -> Void
  ) throws(SampleError) {
    let elements = elements
    var fits = true
    try source.read(sample, reaching: reach) { track, window in
      unsafe track.withUnsafeBytes { bytes in
        guard window.elements.count == elements, window.holds(bytes.count),
          let base = bytes.baseAddress
        else {
          fits = false
          return
        }
        unsafe body(base, window)
      }
    }
    if fits { return }
    let location = source.location(of: sample)
    throw SampleError(
      kind: .damaged, subject: "slice \(location.slice) of \(source.trackID(location.track))",
      detail: "it does not lie within its track or has not the \(elements) numbers of its shape",
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
