internal import CKernels
internal import Foundation

/// Log-mel energies of a whole signal, and what is read off them: cepstral coefficients and the
/// onset envelope.
///
/// A row a band; a row's frames start at column 16, so that column 15 may stand for "before the
/// first". Decibels relative to 1, floored at 1e-10 and at 80 dB below the loudest:
/// `librosa.power_to_db(librosa.feature.melspectrogram(y))`.
struct LogMelMatrix: ~Copyable {
  private static let bands = 128
  private static let firstColumn = 16
  private let bank: MelFilterBank
  private var values: AlignedBuffer<Float>
  private var stride = 0
  private var frames = 0

  init(sampleRate: Double, maximumFrequency: Double) throws(SignalError) {
    let bank = try MelFilterBank(
      sampleRate: sampleRate, transformLength: SpectrumStore.length, count: Self.bands,
      maximum: maximumFrequency)
    self.bank = bank
    values = AlignedBuffer(count: 0)
  }

  var byteCount: Int { bank.byteCount + values.byteCount }

  mutating func begin(frames: Int) {
    self.frames = frames
    stride = Self.firstColumn + (frames + 15) / 16 * 16
    values.reserve(Self.bands * stride)
    values.base.update(repeating: 0, count: Self.bands * stride)
  }

  /// Adds a block of magnitudes as group `group`.
  func add(block: UnsafePointer<Float>, group: Int) {
    bank.apply(
      to: block, squared: true, output: values.base + Self.firstColumn + group * 16, stride: stride)
  }

  /// Turns power into decibels, once every block is in.
  func finish() {
    let loudest = lathe_decibel(values.base, 1e-10, Self.bands * stride)
    lathe_clip_below(values.base, loudest - 80, Self.bands * stride)
  }

  /// Mean and variance of each row of `matrix` (rows × 128) times the log-mel energies.
  func moments(ofTransform matrix: [Float], rows: Int) -> [Moments] {
    let columns = stride - Self.firstColumn
    var result: [Moments] = []
    withUnsafeTemporaryAllocation(of: Float.self, capacity: rows * stride) { output in
      guard let base = output.baseAddress else { return }
      lathe_matrix_by_frames(
        matrix, rows, Self.bands, values.base + Self.firstColumn, columns, stride, base)
      for row in 0..<rows {
        result.append(Moments(UnsafeBufferPointer(start: base + row * stride, count: frames)))
      }
    }
    return result
  }

  /// The onset envelope: the median over bands of the rise from one frame to the next, three frames
  /// late, as `librosa.onset.onset_strength(y, aggregate=numpy.median)` aligns it.
  func onsetEnvelope() -> [Float] {
    var envelope = [Float](repeating: 0, count: frames)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 16) { medians in
      guard let base = medians.baseAddress else { return }
      for group in 0..<(frames + 15) / 16 {
        lathe_flux_median128(values.base + Self.firstColumn + group * 16, stride, base)
        // Frame 0 has no predecessor; centring moves the rest by n_fft / (2 hop) = 2 frames.
        for frame in max(1, group * 16)..<max(1, (group + 1) * 16) where frame + 2 < frames {
          envelope[frame + 2] = base[frame - group * 16]
        }
      }
    }
    return envelope
  }
}

/// The first rows of the orthonormal cosine transform of type II over `inputs` values:
/// `scipy.fft.dct(x, type=2, norm="ortho")[:rows]`. Row-major, rows × inputs.
func cosineTransform(rows: Int, inputs: Int) -> [Float] {
  (0..<rows).flatMap { row in
    let scale = ((row == 0 ? 1 : 2) / Double(inputs)).squareRoot()
    return (0..<inputs).map {
      Float(scale * cos(Double.pi * Double(row) * (2 * Double($0) + 1) / (2 * Double(inputs))))
    }
  }
}
