internal import CKernels

/// Turns the samples under a window into a frame's spectrum, by FFTW. One value serves one thread.
protocol FrameTransform: AnyObject {
  /// What it writes.
  var quantity: SpectrumQuantity { get }
  /// Bytes of its tables and buffers.
  var byteCount: Int { get }
  /// Writes the spectra of `count` frames, the first of which begins at `samples`, each to the `bins` first
  /// numbers of a row.
  ///
  /// - Parameters:
  ///   - hop: samples from frame to frame.
  ///   - stride: numbers from row to row.
  ///   - next: samples that are wanted soon, a hop of them for each frame: they are brought near, and not read.
  func analyse(
    _ samples: UnsafePointer<Float>, hop: Int, count: Int,
    into rows: UnsafeMutablePointer<Float>, stride: Int, next: UnsafePointer<Float>?)
  /// Runs the transform of what was analysed last, and nothing else.
  func run()
}

/// Even lengths in single precision, by a complex transform of half the length: powers.
final class SingleTransform: FrameTransform {
  let quantity = SpectrumQuantity.power
  private let transform: FourierTransform
  /// What the transform takes of the second of two frames.
  private let second: AlignedBuffer<Float>
  private let window: AlignedBuffer<Float>
  private let scratch: AlignedBuffer<Float>
  private let half: Int
  private let lead: Int

  init(_ parameters: SpectrumParameters) throws(SignalError) {
    transform = try FourierTransform(length: parameters.transformLength)
    second = AlignedBuffer(count: parameters.transformLength)
    half = parameters.transformLength / 2
    window = AlignedBuffer(
      parameters.window.values(length: parameters.windowLength).map { Float($0) })
    scratch = AlignedBuffer(count: half / 2 + 1)
    lead = parameters.lead
  }

  var byteCount: Int {
    transform.byteCount + second.byteCount + window.byteCount + scratch.byteCount
  }

  func analyse(
    _ samples: UnsafePointer<Float>, hop: Int, count: Int,
    into rows: UnsafeMutablePointer<Float>, stride: Int, next: UnsafePointer<Float>?
  ) {
    // The processor takes a few lines at a time: half of them while each kernel runs.
    let bytes = hop * MemoryLayout<Float>.stride
    let (early, late) = (bytes / 2, bytes - bytes / 2)
    for frame in 0..<count {
      let near = next.map { UnsafeRawPointer($0 + frame * hop) }
      if !frame.isMultiple(of: 2) {
        transform.runForward(of: second)
      } else {
        window(samples + frame * hop, hop: hop, both: frame + 1 < count)
        transform.runForward()
      }
      if let near { lathe_approach(near, early) }
      lathe_power_of_half(
        transform.output.base, transform.twiddles.cosine.base, transform.twiddles.sine.base, half,
        rows + frame * stride, scratch.base)
      if let near { lathe_approach(near + early, late) }
    }
  }

  private func window(_ samples: UnsafePointer<Float>, hop: Int, both: Bool) {
    let first = transform.input.base + lead
    if both {
      lathe_window_pair(samples, hop, window.base, first, second.base + lead, window.count)
    } else {
      lathe_window(samples, window.base, first, window.count)
    }
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

  func analyse(
    _ samples: UnsafePointer<Float>, hop: Int, count: Int,
    into rows: UnsafeMutablePointer<Float>, stride: Int, next: UnsafePointer<Float>?
  ) {
    for frame in 0..<count {
      lathe_window_double(samples + frame * hop, window.base, start, window.count)
      transform.run()
      lathe_spectrum_of_half(
        transform.output.base, twiddles.cosine.base, twiddles.sine.base, half, real.base,
        imaginary.base, rows + frame * stride)
    }
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

  func analyse(
    _ samples: UnsafePointer<Float>, hop: Int, count: Int,
    into rows: UnsafeMutablePointer<Float>, stride: Int, next: UnsafePointer<Float>?
  ) {
    for frame in 0..<count { analyse(samples + frame * hop, into: rows + frame * stride) }
  }

  private func analyse(_ samples: UnsafePointer<Float>, into row: UnsafeMutablePointer<Float>) {
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
