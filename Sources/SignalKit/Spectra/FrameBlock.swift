internal import CKernels

/// Sixteen frames of samples side by side, and their power spectra in single precision.
///
/// Transforms of 512, 1,024 and 2,048 samples run side by side too; those of other lengths one frame after
/// the other, by FFTW.
struct FrameBlock: ~Copyable {
  /// The samples, sample n of frame f at `sampleRows[n]` × 16 + f.
  let samples: AlignedBuffer<Float>
  /// Rows of ``samples``, one a sample of a frame.
  let sampleRows: [Int32]
  private let window: AlignedBuffer<Float>
  private let half: Int
  private let power: AlignedBuffer<Float>
  private let kernel: Kernel?
  private let rows: Rows?

  /// - Parameters:
  ///   - window: what the frames are multiplied by; as long as a frame.
  ///   - transformLength: what they are filled up to with zeros.
  /// - Throws: `SignalError` where FFTW has no plan.
  init(window values: [Float], transformLength: Int) throws(SignalError) {
    half = transformLength / 2
    let isInKernels = lathe_transform_rows(half) > 0
    rows = isInKernels ? nil : try Rows(length: values.count, transformLength: transformLength)
    kernel = isInKernels ? Kernel(half: half) : nil
    let half = half
    sampleRows = values.indices.map {
      Int32(isInKernels ? lathe_transform_row(half, $0) : $0)
    }
    window = AlignedBuffer(count: transformLength)
    for (index, value) in values.enumerated() { window.base[index] = value }
    let count = isInKernels ? lathe_transform_rows(half) : (transformLength + 15) / 16 * 16
    samples = AlignedBuffer(count: count * 16)
    power = AlignedBuffer(count: (half + 16) / 16 * 16 * 16)
  }

  var byteCount: Int {
    samples.byteCount + sampleRows.byteCount + window.byteCount + power.byteCount
      + (kernel?.byteCount ?? 0) + (rows?.byteCount ?? 0)
  }

  /// Takes `count` frames, 1 ... 16, the first of which begins at `signal`, the next ones `hop` samples after each
  /// other; the others are silent.
  func fill(_ signal: UnsafePointer<Float>, hop: Int, count: Int) {
    lathe_frames_to_block(signal, hop, count, sampleRows.count, sampleRows, samples.base)
  }

  /// |X|² of the windowed frames, bins [bin × 16 + frame].
  func powers() -> UnsafeMutablePointer<Float> {
    if let kernel {
      lathe_transform_block(
        samples.base, window.base, kernel.tables.base, half, kernel.scratch.base)
      lathe_transform_spectra(kernel.scratch.base, kernel.tables.base, half, power.base)
    } else {
      rows?.write(samples.base, window: window.base, to: power.base)
    }
    return power.base
  }

  private final class Kernel {
    let tables: AlignedBuffer<Float>
    let scratch: AlignedBuffer<Float>

    var byteCount: Int { tables.byteCount + scratch.byteCount }

    init(half: Int) {
      let count = lathe_transform_tables(half)
      let exact = AlignedBuffer<Double>(count: count)
      lathe_make_transform_tables(half, exact.base)
      tables = AlignedBuffer(count: count)
      for index in 0..<count { tables.base[index] = Float(exact.base[index]) }
      scratch = AlignedBuffer(count: lathe_transform_scratch(half))
    }
  }

  private final class Rows {
    private let transform: FourierTransform
    private let length: Int
    private let half: Int
    private let frameStride: Int
    private let spectrumStride: Int
    private let frames: AlignedBuffer<Float>
    private let spectra: AlignedBuffer<Float>
    private let scratch: AlignedBuffer<Float>

    var byteCount: Int {
      transform.byteCount + frames.byteCount + spectra.byteCount + scratch.byteCount
    }

    init(length: Int, transformLength: Int) throws(SignalError) {
      transform = try FourierTransform(length: transformLength)
      self.length = length
      half = transformLength / 2
      frameStride = (length + 15) / 16 * 16
      spectrumStride = (half + 16) / 16 * 16
      frames = AlignedBuffer(count: 16 * frameStride)
      spectra = AlignedBuffer(count: 16 * spectrumStride)
      scratch = AlignedBuffer(count: half / 2 + 1)
    }

    func write(
      _ block: UnsafePointer<Float>, window: UnsafePointer<Float>,
      to power: UnsafeMutablePointer<Float>
    ) {
      lathe_block_to_rows(block, frameStride, frames.base, frameStride)
      for lane in 0..<16 {
        // What fills the frame up stays zero.
        lathe_window(frames.base + lane * frameStride, window, transform.input.base, length)
        transform.runForward()
        lathe_power_of_half(
          transform.output.base, transform.twiddles.cosine.base, transform.twiddles.sine.base, half,
          spectra.base + lane * spectrumStride, scratch.base)
      }
      lathe_rows_to_block(spectra.base, spectrumStride, spectrumStride, power)
    }
  }
}
