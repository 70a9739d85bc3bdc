internal import CKernels

/// What a row of a block holds of a frequency.
enum SpectrumQuantity { case magnitude, power }

/// Turns neighbouring frames into blocks of their spectra, sixteen side by side. One value serves one thread.
protocol FrameAnalysis: AnyObject {
  /// Samples of a frame that are read, and how many of them stand before the window.
  var extent: (length: Int, lead: Int) { get }
  /// Bytes of its tables and buffers.
  var byteCount: Int { get }
  /// Takes `count` frames, 1 ... 16, the first of which begins at `samples`; `next` is where the signal goes on
  /// after sixteen, and is brought near meanwhile. It is not read, and may be the signal's end.
  func analyse(_ samples: UnsafePointer<Float>, count: Int, next: UnsafePointer<Float>?)
  /// The spectra of what was taken last, value [bin × 16 + frame]; silence from its count on.
  func block(of quantity: SpectrumQuantity) -> UnsafePointer<Float>
  /// Both blocks in one pass: writes that of |X|² to `power`, and returns that of |X|, which holds frequencies
  /// below `bins` only. `power` stays where it is until other frames are taken.
  func magnitudes(
    below bins: Int, writingPowerTo power: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float>
  /// Runs the transforms of sixteen frames, and nothing else; `samples` is what they are of, where a transform
  /// takes them as they lie in a signal.
  func runTransforms(_ samples: UnsafePointer<Float>)
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
  /// Where the power of what was taken last stands, once it does.
  private var found: UnsafePointer<Float>?
  /// Frequencies of which there are magnitudes.
  private var magnitudes = 0

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
  }

  var byteCount: Int {
    window.byteCount + tables.byteCount + scratch.byteCount + power.byteCount
      + magnitude.byteCount
  }

  func analyse(_ samples: UnsafePointer<Float>, count: Int, next: UnsafePointer<Float>?) {
    lathe_transform_frames(
      samples, hop, count, next, window.base, tables.base, half, scratch.base)
    self.count = count
    (found, magnitudes) = (nil, 0)
  }

  func block(of quantity: SpectrumQuantity) -> UnsafePointer<Float> {
    switch quantity {
    case .power:
      if let found { return found }
      finish(power: power.base, magnitude: nil, below: 0)
      let block = UnsafePointer(power.base)
      found = block
      return block
    case .magnitude:
      if magnitudes <= half { finish(power: nil, magnitude: magnitude.base, below: half + 1) }
      magnitudes = half + 1
      return UnsafePointer(magnitude.base)
    }
  }

  func magnitudes(
    below bins: Int, writingPowerTo power: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    if magnitudes < bins {
      finish(power: power, magnitude: magnitude.base, below: bins)
      (found, magnitudes) = (UnsafePointer(power), bins)
    } else {
      power.update(from: block(of: .power), count: (half + 1) * 16)
    }
    return UnsafePointer(magnitude.base)
  }

  private func finish(
    power: UnsafeMutablePointer<Float>?, magnitude: UnsafeMutablePointer<Float>?, below bins: Int
  ) {
    lathe_transform_spectra_double(
      scratch.base, tables.base, half, count, power, magnitude, bins)
  }

  func runTransforms(_ samples: UnsafePointer<Float>) {
    analyse(samples, count: 16, next: nil)
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

  func analyse(_ samples: UnsafePointer<Float>, count: Int, next: UnsafePointer<Float>?) {
    transform.analyse(
      samples, hop: hop, count: count, into: rows.base, stride: rowStride, next: next)
    (rows.base + count * rowStride).update(repeating: 0, count: (16 - count) * rowStride)
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

  func magnitudes(
    below bins: Int, writingPowerTo power: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    power.update(from: block(of: .power), count: self.bins * 16)
    return block(of: .magnitude)
  }

  func runTransforms(_ samples: UnsafePointer<Float>) { for _ in 0..<16 { transform.run() } }
}
