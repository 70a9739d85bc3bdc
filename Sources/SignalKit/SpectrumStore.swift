internal import CKernels

/// The short-time Fourier transform of a signal as the features need it: frames come in groups of
/// sixteen; the spectra of the last thirty-two frames are kept in a ring and the magnitudes of the last
/// forty-eight (what sees ahead and back needs fifteen), and those of all frames in blocks (what comes last,
/// chroma, reads them again).
///
/// Equal to `librosa.stft(y, n_fft=2048, hop_length=512)`: computed in double, rounded to float.
struct SpectrumStore: ~Copyable {
  static let length = 2_048
  static let hop = 512
  static let bins = 1_025
  /// Floats from one row of the ring to the next: the bins, filled up with zeros to whole vectors.
  static let rowStride = 1_040
  /// Rows of a block that mirror bins below the first.
  static let margin = 15
  /// Floats from one block to the next: bins with a mirrored margin at both ends.
  static let blockStride = (margin + rowStride + margin + 2) * 16
  // No more than is needed, so that the rings stay in the second cache.
  private static let spectra = 32
  private static let magnitudes = 48

  let geometry: FrameGeometry
  private let transform: ComplexTransform
  private let twiddles = Twiddles<Double>(length: Self.length)
  private let window: AlignedBuffer<Double>
  private let scratch: AlignedBuffer<Float>
  private let real: AlignedBuffer<Float>
  private let imaginary: AlignedBuffer<Float>
  private let magnitude: AlignedBuffer<Float>
  private var blocks = AlignedBuffer<Float>(count: 0)

  init(padding: Padding) throws(SignalError) {
    let geometry = try FrameGeometry(length: Self.length, hop: Self.hop, padding: padding)
    let transform = try ComplexTransform(length: Self.length / 2)
    self.geometry = geometry
    self.transform = transform
    window = AlignedBuffer(count: Self.length)
    for (i, value) in hannWindow(length: Self.length).enumerated() { window.base[i] = value }
    scratch = AlignedBuffer(count: Self.length)
    real = AlignedBuffer(count: Self.spectra * Self.rowStride)
    imaginary = AlignedBuffer(count: Self.spectra * Self.rowStride)
    magnitude = AlignedBuffer(count: Self.magnitudes * Self.rowStride)
  }

  var byteCount: Int {
    let rows = real.byteCount + imaginary.byteCount + magnitude.byteCount
    return transform.byteCount + twiddles.byteCount + window.byteCount + scratch.byteCount + rows
      + blocks.byteCount
  }

  func realRow(_ frame: Int) -> UnsafeMutablePointer<Float> {
    real.base + frame % Self.spectra * Self.rowStride
  }
  func imaginaryRow(_ frame: Int) -> UnsafeMutablePointer<Float> {
    imaginary.base + frame % Self.spectra * Self.rowStride
  }
  func magnitudeRow(_ frame: Int) -> UnsafeMutablePointer<Float> {
    magnitude.base + frame % Self.magnitudes * Self.rowStride
  }

  /// The magnitudes of group `group`, bin 0 first; `margin` mirrored rows lie before and behind.
  func block(_ group: Int) -> UnsafeMutablePointer<Float> {
    blocks.base + group * Self.blockStride + Self.margin * 16
  }

  /// Makes room for the blocks of `groups` groups.
  mutating func reserve(groups: Int) {
    blocks.reserve(groups * Self.blockStride)
  }

  func runTransform() { transform.run() }

  /// Transforms the frames of `group`; frames from `frames` on are silent.
  func analyse(group: Int, frames: Int, of signal: UnsafeBufferPointer<Float>) {
    let first = group * 16
    for frame in first..<first + 16 {
      guard frame < frames else {
        magnitudeRow(frame).update(repeating: 0, count: Self.rowStride)
        continue
      }
      geometry.withFrame(frame, of: signal, scratch: scratch.base) {
        lathe_window_double($0, window.base, transform.input.base, Self.length)
      }
      transform.run()
      lathe_spectrum_of_half(
        transform.output.base, twiddles.cosine.base, twiddles.sine.base, Self.length / 2,
        realRow(frame), imaginaryRow(frame), magnitudeRow(frame))
    }
    let block = block(group)
    lathe_rows_to_block(magnitudeRow(first), Self.rowStride, Self.rowStride, block)
    for distance in 0..<Self.margin {
      (block - (distance + 1) * 16).update(from: block + distance * 16, count: 16)
      (block + (Self.bins + distance) * 16)
        .update(from: block + (Self.bins - 1 - distance) * 16, count: 16)
    }
  }
}
