internal import CKernels

/// Estimates how far a signal is tuned away:
/// `librosa.estimate_tuning(y=y, sr=sr, bins_per_octave=classes)`.
final class TuningEstimate {
  private let peaks: TuningPeaks
  private var spectra: SpectrumFrames

  /// - Throws: `SignalError` where there is no transform.
  init(sampleRate: Double, classes: Int) throws(SignalError) {
    let peaks = TuningPeaks(sampleRate: sampleRate, classes: classes)
    self.peaks = peaks
    spectra = try SpectrumFrames(peaks.spectrum)
  }

  var byteCount: Int { peaks.byteCount + spectra.byteCount }

  /// The hundredth of a class below which the tuning lies; see ``Tuning/edge(_:)``.
  func hundredth(of signal: Span<Float>) throws(SignalError) -> Int {
    try spectra.analyse(signal, for: [peaks])
    return peaks.tuning.hundredth()
  }
}

/// A picture without rows: the peaks of the spectra are all that is kept.
private final class TuningPeaks: SpectrumPicture {
  let spectrum = SpectrumParameters(padding: .zero, precision: .double)
  let rows = 0
  private(set) var tuning: Tuning
  private let roots: AlignedBuffer<Float>

  init(sampleRate: Double, classes: Int) {
    roots = AlignedBuffer(count: 16 * spectrum.bins)
    tuning = Tuning(
      profile: .librosa10, sampleRate: sampleRate, bins: spectrum.bins, classes: classes)
  }

  var byteCount: Int { tuning.byteCount + roots.byteCount }

  func begin(frames: Int) { tuning.begin(frames: frames) }

  func add(_ group: inout SpectrumGroup) {
    // Peaks are sought in the squares of what is given; here librosa seeks them in magnitudes.
    lathe_square_roots(group.block(of: .magnitude), roots.base, roots.count)
    tuning.add(block: roots.base, count: group.count)
  }

  func finish(to output: inout MutableSpan<Float>) {}
}
