internal import CKernels
internal import Foundation

/// The weights that fold a power spectrum into twelve pitch classes, C first.
///
/// Gaussian bumps a semitone wide about each class, each bin's weights normalised to length one and
/// damped by its distance in octaves from the fifth. `librosa.filters.chroma(sr, n_fft, tuning)`.
/// Returns twelve weights a bin for n_fft / 2 + 1 bins: weight [bin × 12 + class].
///
/// - Parameter tuning: in fractions of a semitone from A = 440 Hz.
func chromaFilterBank(
  sampleRate: Double, transformLength: Int, tuning: Double
) -> [Float] {
  let reference = 440 * pow(2, tuning / 12) / 16
  var semitones = (1..<transformLength).map {
    12 * log2(Double($0) * sampleRate / Double(transformLength) / reference)
  }
  semitones.insert(semitones[0] - 18, at: 0)
  let bins = transformLength / 2 + 1
  var bank = [Float](repeating: 0, count: bins * 12)
  for bin in 0..<bins {
    let width = bin + 1 < transformLength ? max(semitones[bin + 1] - semitones[bin], 1) : 1
    var weights = [Double](repeating: 0, count: 12)
    for pitch in 0..<12 {
      let raw = semitones[bin] - Double(pitch) + 6 + 120
      let distance = raw - 12 * (raw / 12).rounded(.down) - 6
      weights[pitch] = exp(-0.5 * pow(2 * distance / width, 2))
    }
    let norm = weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let octave = (semitones[bin] / 12 - 5) / 2
    let damping = exp(-0.5 * octave * octave)
    for pitch in 0..<12 {
      // Classes are counted from A in the formula and from C in the result.
      bank[bin * 12 + (pitch + 9) % 12] = Float(weights[pitch] / norm * damping)
    }
  }
  return bank
}

/// Chroma of every frame, each frame scaled to a largest class of one. `librosa.feature.chroma_stft`.
struct Chroma {
  private let sampleRate: Double
  private var banks: [Int: [Float]] = [:]
  private var values: [Float] = []

  init(sampleRate: Double) {
    self.sampleRate = sampleRate
  }

  /// Mean and variance over all classes and frames, for the tuning that `hundredth` stands for.
  mutating func moments(
    hundredth: Int, frames: Int, in spectra: borrowing SpectrumStore
  ) -> Moments {
    let bank =
      banks[hundredth]
      ?? chromaFilterBank(
        sampleRate: sampleRate, transformLength: SpectrumStore.length,
        tuning: Tuning.edge(hundredth))
    banks[hundredth] = bank
    values.removeAll(keepingCapacity: true)
    values.reserveCapacity(frames * 12)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 12 * 16) { raw in
      guard let base = raw.baseAddress else { return }
      for group in 0..<(frames + 15) / 16 {
        lathe_chroma(spectra.panel(group), SpectrumStore.bins, bank, base)
        for frame in 0..<min(16, frames - group * 16) {
          var largest: Float = 0
          for pitch in 0..<12 { largest = max(largest, base[pitch * 16 + frame]) }
          if largest < .leastNormalMagnitude { largest = 1 }
          for pitch in 0..<12 { values.append(base[pitch * 16 + frame] / largest) }
        }
      }
    }
    return values.withUnsafeBufferPointer { Moments($0) }
  }
}
