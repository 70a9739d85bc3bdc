internal import CKernels

/// What a row of a block holds of a frequency.
enum SpectrumQuantity { case magnitude, power }

/// Turns neighbouring frames into blocks of their spectra, sixteen side by side. One value serves one thread.
protocol FrameAnalysis: AnyObject {
  /// Samples of a frame that are read, and how many of them stand before the window.
  var extent: (length: Int, lead: Int) { get }
  /// Bytes of its tables and buffers.
  var byteCount: Int { get }
  /// Takes `count` frames, 1 ... 16, the first of which begins at `samples`.
  func analyse(_ samples: UnsafePointer<Float>, count: Int)
  /// The spectra of what was taken last, value [bin × 16 + frame]; silence from its count on.
  func block(of quantity: SpectrumQuantity) -> UnsafePointer<Float>
  /// Both blocks in one pass; that of magnitudes holds frequencies below `bins` only.
  func blocks(magnitudesBelow bins: Int) -> (
    power: UnsafePointer<Float>, magnitude: UnsafePointer<Float>
  )
  /// Runs the transforms of sixteen frames, and nothing else.
  func runTransforms()
}

extension SpectrumParameters {
  /// Zeros before the window in a transform.
  var lead: Int { (transformLength - windowLength) / 2 }

  func makeAnalysis() throws(SignalError) -> any FrameAnalysis {
    if !transformLength.isMultiple(of: 2) {
      return RowAnalysis(self, try OddTransform(self))
    }
    return switch precision {
    case .single: RowAnalysis(self, try SingleTransform(self))
    case .double:
      if let analysis = BlockAnalysis(self) {
        analysis
      } else {
        RowAnalysis(self, try DoubleTransform(self))
      }
    }
  }
}

/// Frames in double precision side by side: transforms of 512, 1,024 and 2,048 samples.
///
/// Power is rounded from double precision, magnitudes are rounded as numpy does it; each is what it is whether
/// the other is asked for or not.
private final class BlockAnalysis: FrameAnalysis {
  let extent: (length: Int, lead: Int)
  private let hop: Int
  private let half: Int
  private let window: AlignedBuffer<Double>
  private let tables: AlignedBuffer<Double>
  private let scratch: AlignedBuffer<Double>
  private let power: AlignedBuffer<Float>
  private let magnitude: AlignedBuffer<Float>
  private var count = 0
  private var hasPower = false
  /// Frequencies of which there are magnitudes.
  private var magnitudes = 0
  private let segment: AlignedBuffer<Float>

  /// Nothing where the kernels have no transform of that length.
  init?(_ parameters: SpectrumParameters) {
    let length = parameters.transformLength
    half = length / 2
    extent = (length, parameters.lead)
    guard lathe_transform_rows(half) > 0 else { return nil }
    hop = parameters.hop
    window = AlignedBuffer(count: length)
    for (index, value) in parameters.window.values(length: parameters.windowLength).enumerated() {
      window.base[parameters.lead + index] = value
    }
    tables = AlignedBuffer(count: lathe_transform_tables(half))
    lathe_make_transform_tables(half, tables.base)
    scratch = AlignedBuffer(count: lathe_transform_scratch(half))
    power = AlignedBuffer(count: parameters.bins * 16)
    magnitude = AlignedBuffer(count: parameters.bins * 16)
    segment = AlignedBuffer(count: 15 * parameters.hop + length)
  }

  var byteCount: Int {
    window.byteCount + tables.byteCount + scratch.byteCount + power.byteCount
      + magnitude.byteCount + segment.byteCount
  }

  func analyse(_ samples: UnsafePointer<Float>, count: Int) {
    // The transform reads here and there; a copy brings all of it into the caches in one go.
    segment.base.update(from: samples, count: (count - 1) * hop + extent.length)
    transform(count: count)
  }

  private func transform(count: Int) {
    lathe_transform_frames(segment.base, hop, count, window.base, tables.base, half, scratch.base)
    self.count = count
    (hasPower, magnitudes) = (false, 0)
  }

  func block(of quantity: SpectrumQuantity) -> UnsafePointer<Float> {
    switch quantity {
    case .power:
      if !hasPower { finish(power: power.base, magnitude: nil, below: 0) }
      hasPower = true
      return UnsafePointer(power.base)
    case .magnitude:
      if magnitudes <= half { finish(power: nil, magnitude: magnitude.base, below: half + 1) }
      magnitudes = half + 1
      return UnsafePointer(magnitude.base)
    }
  }

  func blocks(magnitudesBelow bins: Int) -> (
    power: UnsafePointer<Float>, magnitude: UnsafePointer<Float>
  ) {
    if magnitudes < bins {
      finish(power: power.base, magnitude: magnitude.base, below: bins)
      (hasPower, magnitudes) = (true, bins)
    }
    return (block(of: .power), UnsafePointer(magnitude.base))
  }

  private func finish(
    power: UnsafeMutablePointer<Float>?, magnitude: UnsafeMutablePointer<Float>?, below bins: Int
  ) {
    lathe_transform_spectra_double(
      scratch.base, tables.base, half, count, power, magnitude, bins)
  }

  func runTransforms() {
    transform(count: 16)
    finish(power: power.base, magnitude: nil, below: 0)
  }
}

/// Frames one after the other, by FFTW; the quantity that the transform does not give is computed of the other.
private final class RowAnalysis: FrameAnalysis {
  let extent: (length: Int, lead: Int)
  private let hop: Int
  private let bins: Int
  private let transform: any FrameTransform
  private let rows: AlignedBuffer<Float>
  private let given: AlignedBuffer<Float>
  private let derived: AlignedBuffer<Float>
  private let rowStride: Int
  private var isDerived = false

  init(_ parameters: SpectrumParameters, _ transform: any FrameTransform) {
    self.transform = transform
    extent = (parameters.windowLength, 0)
    hop = parameters.hop
    bins = parameters.bins
    rowStride = (parameters.bins + 15) / 16 * 16
    rows = AlignedBuffer(count: 16 * rowStride)
    given = AlignedBuffer(count: 16 * rowStride)
    derived = AlignedBuffer(count: 16 * rowStride)
  }

  var byteCount: Int {
    transform.byteCount + rows.byteCount + given.byteCount + derived.byteCount
  }

  func analyse(_ samples: UnsafePointer<Float>, count: Int) {
    for lane in 0..<16 {
      let row = rows.base + lane * rowStride
      if lane < count {
        transform.analyse(samples + lane * hop, into: row)
      } else {
        row.update(repeating: 0, count: rowStride)
      }
    }
    lathe_rows_to_block(rows.base, rowStride, rowStride, given.base)
    isDerived = false
  }

  func block(of quantity: SpectrumQuantity) -> UnsafePointer<Float> {
    if quantity == transform.quantity { return UnsafePointer(given.base) }
    if !isDerived {
      switch quantity {
      case .power: lathe_squares(given.base, derived.base, bins * 16)
      case .magnitude: lathe_square_roots(given.base, derived.base, bins * 16)
      }
      isDerived = true
    }
    return UnsafePointer(derived.base)
  }

  func blocks(magnitudesBelow bins: Int) -> (
    power: UnsafePointer<Float>, magnitude: UnsafePointer<Float>
  ) { (block(of: .power), block(of: .magnitude)) }

  func runTransforms() { for _ in 0..<16 { transform.run() } }
}
