internal import CKernels

/// Turns the samples under a window into one frame's spectrum, by FFTW. One value serves one thread.
protocol FrameTransform: AnyObject {
  /// What ``analyse(_:into:)`` writes.
  var quantity: SpectrumQuantity { get }
  /// Bytes of its tables and buffers.
  var byteCount: Int { get }
  /// Writes the spectrum of `samples`, as many as the window is long, to the `bins` first numbers of
  /// `row`.
  func analyse(_ samples: UnsafePointer<Float>, into row: UnsafeMutablePointer<Float>)
  /// Runs the transform of what was analysed last, and nothing else.
  func run()
}

/// Even lengths in single precision, by a complex transform of half the length: powers.
final class SingleTransform: FrameTransform {
  let quantity = SpectrumQuantity.power
  private let transform: FourierTransform
  private let window: AlignedBuffer<Float>
  private let scratch: AlignedBuffer<Float>
  private let half: Int
  private let start: UnsafeMutablePointer<Float>

  init(_ parameters: SpectrumParameters) throws(SignalError) {
    transform = try FourierTransform(length: parameters.transformLength)
    half = parameters.transformLength / 2
    window = AlignedBuffer(
      parameters.window.values(length: parameters.windowLength).map { Float($0) })
    scratch = AlignedBuffer(count: half / 2 + 1)
    start = transform.input.base + parameters.lead
  }

  var byteCount: Int { transform.byteCount + window.byteCount + scratch.byteCount }

  func analyse(_ samples: UnsafePointer<Float>, into row: UnsafeMutablePointer<Float>) {
    lathe_window(samples, window.base, start, window.count)
    transform.runForward()
    lathe_power_of_half(
      transform.output.base, transform.twiddles.cosine.base, transform.twiddles.sine.base, half,
      row, scratch.base)
  }

  func run() { transform.runForward() }
}

/// Even lengths in double precision, by a complex transform of half the length: magnitudes, rounded as
/// numpy does it.
final class DoubleTransform: FrameTransform {
  let quantity = SpectrumQuantity.magnitude
  private let transform: ComplexTransform
  private let twiddles: Twiddles<Double>
  private let window: AlignedBuffer<Double>
  private let real: AlignedBuffer<Float>
  private let imaginary: AlignedBuffer<Float>
  private let half: Int
  private let start: UnsafeMutablePointer<Double>

  init(_ parameters: SpectrumParameters) throws(SignalError) {
    half = parameters.transformLength / 2
    transform = try ComplexTransform(length: half)
    twiddles = Twiddles(length: parameters.transformLength)
    window = AlignedBuffer(parameters.window.values(length: parameters.windowLength))
    real = AlignedBuffer(count: half + 1)
    imaginary = AlignedBuffer(count: half + 1)
    start = transform.input.base + parameters.lead
  }

  var byteCount: Int {
    transform.byteCount + twiddles.byteCount + window.byteCount + real.byteCount
      + imaginary.byteCount
  }

  func analyse(_ samples: UnsafePointer<Float>, into row: UnsafeMutablePointer<Float>) {
    lathe_window_double(samples, window.base, start, window.count)
    transform.run()
    lathe_spectrum_of_half(
      transform.output.base, twiddles.cosine.base, twiddles.sine.base, half, real.base,
      imaginary.base, row)
  }

  func run() { transform.run() }
}

/// Odd lengths, in double precision whatever is asked for: the transform of as many complex numbers,
/// magnitudes.
final class OddTransform: FrameTransform {
  let quantity = SpectrumQuantity.magnitude
  private let transform: ComplexTransform
  private let window: [Double]
  private let real: AlignedBuffer<Float>
  private let imaginary: AlignedBuffer<Float>
  private let lead: Int

  init(_ parameters: SpectrumParameters) throws(SignalError) {
    transform = try ComplexTransform(length: parameters.transformLength)
    window = parameters.window.values(length: parameters.windowLength)
    real = AlignedBuffer(count: parameters.bins)
    imaginary = AlignedBuffer(count: parameters.bins)
    lead = parameters.lead
  }

  var byteCount: Int {
    transform.byteCount + window.byteCount + real.byteCount + imaginary.byteCount
  }

  func analyse(_ samples: UnsafePointer<Float>, into row: UnsafeMutablePointer<Float>) {
    for (index, weight) in window.enumerated() {
      transform.input.base[2 * (lead + index)] = Double(samples[index]) * weight
    }
    transform.run()
    for bin in 0..<real.count {
      real.base[bin] = Float(transform.output.base[2 * bin])
      imaginary.base[bin] = Float(transform.output.base[2 * bin + 1])
    }
    lathe_magnitude(real.base, imaginary.base, real.count, row)
  }

  func run() { transform.run() }
}
