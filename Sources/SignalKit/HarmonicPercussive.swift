internal import CKernels

/// Harmonic and percussive parts of a signal by median filtering, reduced to their moments.
///
/// Median of 31 frames along time (harmonic) and of 31 bins along frequency (percussive), mirrored
/// at the ends; soft masks h² / (h² + p²); overlap-add. Source: Fitzgerald, "Harmonic/percussive
/// separation using median filtering" (DAFx 2010). `librosa.effects.harmonic(y)`, `.percussive(y)`.
///
/// The two masks add up to one and the inverse of an unmasked transform is the signal itself, so
/// only the harmonic part is transformed back; the percussive one is what remains.
struct HarmonicPercussive: ~Copyable {
  /// Moments of the two parts over all samples of the signal.
  struct Result {
    let harmonic: Moments
    let percussive: Moments
  }

  private static let hop = SpectrumStore.hop
  private static let stride = SpectrumStore.rowStride

  private let profile: Profile
  private let transform: FourierTransform
  private let synthesis: AlignedBuffer<Float>
  private let harmonic = AlignedBuffer<Float>(count: 16 * Self.stride)
  private let percussive = AlignedBuffer<Float>(count: 16 * Self.stride)
  private let percussiveBlock = AlignedBuffer<Float>(count: 16 * Self.stride)
  private let mask = AlignedBuffer<Float>(count: Self.stride)
  private let normalisation: WindowSum
  private let rows = AlignedBuffer<UnsafePointer<Float>?>(count: Int(LATHE_MEDIAN_ROWS))
  private let outputs = AlignedBuffer<UnsafeMutablePointer<Float>?>(count: 16)
  private var sum: AlignedBuffer<Float>

  init(profile: Profile) throws(SignalError) {
    let transform = try FourierTransform(length: SpectrumStore.length)
    self.profile = profile
    self.transform = transform
    let window = hannWindow(length: SpectrumStore.length)
    synthesis = AlignedBuffer(count: SpectrumStore.length)
    for (i, value) in window.enumerated() {
      synthesis.base[i] = Float(value / Double(SpectrumStore.length))
    }
    normalisation = WindowSum(window: window, hop: Self.hop)
    sum = AlignedBuffer(count: 0)
  }

  var byteCount: Int {
    let rows = harmonic.byteCount + percussive.byteCount + percussiveBlock.byteCount
    return transform.byteCount + synthesis.byteCount + rows + mask.byteCount
      + normalisation.byteCount + self.rows.byteCount + outputs.byteCount + sum.byteCount
  }

  func runTransform() { transform.runBackward() }

  /// Begins a signal of `frames` frames.
  mutating func begin(frames: Int) {
    let length = SpectrumStore.length + Self.hop * (frames + 1)
    sum.reserve(length)
    sum.base.update(repeating: 0, count: length)
  }

  /// Separates the frames of `group`; the spectra of the next fifteen frames must be there.
  func separate(group: Int, frames: Int, in spectra: borrowing SpectrumStore) {
    let first = group * 16
    medianAlongTime(first: first, frames: frames, in: spectra)
    medianAlongFrequency(block: spectra.block(group))
    for frame in first..<min(first + 16, frames) {
      let lane = (frame - first) * Self.stride
      lathe_soft_mask(
        harmonic.base + lane, percussive.base + lane, mask.base, Self.stride)
      lathe_half_of_spectrum(
        spectra.realRow(frame), spectra.imaginaryRow(frame), mask.base,
        transform.twiddles.cosine.base,
        transform.twiddles.sine.base, SpectrumStore.length / 2, transform.input.base)
      transform.runBackward()
      lathe_overlap_add(
        transform.output.base, synthesis.base, sum.base + frame * Self.hop, SpectrumStore.length)
    }
  }

  private func medianAlongTime(first: Int, frames: Int, in spectra: borrowing SpectrumStore) {
    for row in 0..<Int(LATHE_MEDIAN_ROWS) {
      rows.base[row] = UnsafePointer(
        spectra.magnitudeRow(mirrored(first - 15 + row, count: frames)))
    }
    for lane in 0..<16 { outputs.base[lane] = harmonic.base + lane * Self.stride }
    lathe_median31(rows.base, outputs.base, Self.stride)
  }

  private func medianAlongFrequency(block: UnsafePointer<Float>) {
    for bin in Swift.stride(from: 0, to: Self.stride, by: 16) {
      for row in 0..<Int(LATHE_MEDIAN_ROWS) { rows.base[row] = block + (bin - 15 + row) * 16 }
      for lane in 0..<16 { outputs.base[lane] = percussiveBlock.base + (bin + lane) * 16 }
      lathe_median31(rows.base, outputs.base, 16)
    }
    lathe_block_to_rows(percussiveBlock.base, Self.stride, percussive.base, Self.stride)
  }

  /// `scipy.ndimage`'s boundary "reflect": (d c b a | a b c d | d c b a).
  private func mirrored(_ index: Int, count: Int) -> Int {
    let phase = ((index % (2 * count)) + 2 * count) % (2 * count)
    return phase < count ? phase : 2 * count - 1 - phase
  }

  /// Moments of both parts of `signal`, once every group has been separated.
  func moments(of signal: UnsafeBufferPointer<Float>, frames: Int) -> Result {
    // librosa 0.8 gives back whole hops and pads with zeros; later versions give every sample.
    let covered =
      switch profile {
      case .librosa08: min(signal.count, Self.hop * (frames - 1))
      case .librosa10: signal.count
      }
    var sums = (0.0, 0.0, 0.0, 0.0)
    withUnsafeMutableBytes(of: &sums) { bytes in
      guard let sums = bytes.assumingMemoryBound(to: Double.self).baseAddress,
        let samples = signal.baseAddress
      else { return }
      for start in Swift.stride(from: 0, to: covered, by: Self.hop) {
        let padded = start + SpectrumStore.length / 2
        lathe_split_moments(
          sum.base + padded, normalisation.reciprocal(hop: padded / Self.hop, frames: frames),
          samples + start, min(Self.hop, covered - start), sums)
      }
    }
    return Result(
      harmonic: Moments(sum: sums.0, sumOfSquares: sums.1, count: signal.count),
      percussive: Moments(sum: sums.2, sumOfSquares: sums.3, count: signal.count))
  }
}
