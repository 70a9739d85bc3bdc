internal import CKernels
internal import Foundation

/// The weights that fold a power spectrum into pitch classes, C first where there are twelve.
///
/// Gaussian bumps a semitone wide about each class, each bin's weights normalised to length one and
/// damped by its distance in octaves from the fifth. `librosa.filters.chroma(sr, n_fft, n_chroma, tuning)`.
/// Returns as many weights a bin as there are classes for n_fft / 2 + 1 bins: weight [bin × classes +
/// class].
///
/// - Parameter tuning: in fractions of a class (of twelve: a semitone) from A = 440 Hz.
func chromaFilterBank(
  sampleRate: Double, transformLength: Int, tuning: Double, classes: Int = 12
) -> [Float] {
  let octave = Double(classes)
  let reference = 440 * pow(2, tuning / octave) / 16
  var pitches = (1..<transformLength).map {
    octave * log2(Double($0) * sampleRate / Double(transformLength) / reference)
  }
  pitches.insert(pitches[0] - 1.5 * octave, at: 0)
  // Classes are counted from A in the formula, and from C in the result.
  let turn = 3 * (classes / 12)
  let half = (octave / 2).rounded(.toNearestOrEven)
  let bins = transformLength / 2 + 1
  var bank = [Float](repeating: 0, count: bins * classes)
  for bin in 0..<bins {
    let width = bin + 1 < transformLength ? max(pitches[bin + 1] - pitches[bin], 1) : 1
    var weights = [Double](repeating: 0, count: classes)
    for pitch in 0..<classes {
      let raw = pitches[bin] - Double(pitch) + half + 10 * octave
      let distance = raw - octave * (raw / octave).rounded(.down) - half
      weights[pitch] = exp(-0.5 * pow(2 * distance / width, 2))
    }
    let norm = weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let fromFifth = (pitches[bin] / octave - 5) / 2
    let damping = exp(-0.5 * fromFifth * fromFifth)
    for pitch in 0..<classes {
      bank[bin * classes + (pitch + classes - turn) % classes] =
        Float(weights[pitch] / norm * damping)
    }
  }
  return bank
}

/// Folds a block of magnitudes, or of power, into pitch classes, [class × 16 + frame], and scales the largest
/// class of each frame to one; silent frames stay silent.
func foldChroma(
  _ block: UnsafePointer<Float>, of quantity: SpectrumQuantity, bins: Int, bank: [Float],
  classes: Int,
  into output: UnsafeMutablePointer<Float>
) {
  lathe_chroma(block, quantity == .magnitude ? 1 : 0, bins, bank, classes, output)
  for frame in 0..<16 {
    var largest: Float = 0
    for pitch in 0..<classes { largest = max(largest, output[pitch * 16 + frame]) }
    if largest < .leastNormalMagnitude { largest = 1 }
    for pitch in 0..<classes { output[pitch * 16 + frame] /= largest }
  }
}

/// Chroma of every frame, each frame scaled to a largest class of one. `librosa.feature.chroma_stft`.
struct Chroma {
  private let sampleRate: Double
  private var banks: [Int: [Float]] = [:]
  private var values: [Float] = []

  init(sampleRate: Double) {
    self.sampleRate = sampleRate
  }

  var byteCount: Int { banks.values.reduce(values.byteCount) { $0 + $1.byteCount } }

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
        foldChroma(
          spectra.block(group), of: .magnitude, bins: SpectrumStore.bins, bank: bank, classes: 12,
          into: base)
        for frame in 0..<min(16, frames - group * 16) {
          for pitch in 0..<12 { values.append(base[pitch * 16 + frame]) }
        }
      }
    }
    return values.withUnsafeBufferPointer { Moments($0) }
  }
}
