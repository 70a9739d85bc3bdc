internal import CKernels
internal import Foundation

/// The tempo of an onset envelope in beats a minute: the lag at which the mean local
/// autocorrelation (a tempogram of 8 s Hann windows, each scaled to 1 at lag 0), weighed by a
/// log-normal prior about 120, is largest; 0 for an envelope that is zero throughout.
///
/// `librosa.beat.beat_track(y)[0]`, which is `librosa.feature.tempo` on a median-aggregated
/// envelope.
///
/// The mean over frames is taken of the power spectra, two frames to a complex transform, and
/// transformed back once; librosa transforms every frame back.
struct Tempo: ~Copyable {
  private let windowLength: Int
  private let transformLength: Int
  private let window: AlignedBuffer<Double>
  private let power: AlignedBuffer<Double>
  private let scales = AlignedBuffer<Double>(count: 16)
  private let tempi: [Double]
  private let logPrior: [Double]
  private let transform: ComplexTransform
  private var padded: [Float] = []

  init(sampleRate: Double, hop: Int) throws(SignalError) {
    let length = Int(8 * sampleRate) / hop
    guard length >= 2 else {
      throw SignalError(
        "sample rate \(sampleRate) Hz", "leaves fewer than two frames in 8 s",
        hint: "use a rate of 1 kHz or more")
    }
    let transformLength = fastLength(atLeast: 2 * length - 1)
    let transform = try ComplexTransform(length: transformLength)
    self.transform = transform
    self.transformLength = transformLength
    windowLength = length
    window = AlignedBuffer(count: length)
    for (i, value) in hannWindow(length: length).enumerated() { window.base[i] = value }
    power = AlignedBuffer(count: transformLength)
    let tempi = [Double.infinity] + (1..<length).map { 60 * sampleRate / Double(hop * $0) }
    self.tempi = tempi
    logPrior = tempi.map {
      $0 < 320 ? -0.5 * pow(log2($0) - log2(120), 2) : -.infinity
    }
  }

  var byteCount: Int {
    window.byteCount + power.byteCount + scales.byteCount + tempi.byteCount + logPrior.byteCount
      + transform.byteCount + padded.byteCount
  }

  func runTransform() { transform.run() }

  mutating func estimate(_ envelope: [Float]) -> Double {
    guard envelope.contains(where: { $0 != 0 }) else { return 0 }
    pad(envelope)
    let length = transformLength
    let (input, output, power) = (transform.input.base, transform.output.base, power.base)
    power.update(repeating: 0, count: length)
    input.update(repeating: 0, count: 2 * length)
    padded.withUnsafeBufferPointer { padded in
      guard let samples = padded.baseAddress else { return }
      for first in stride(from: 0, to: envelope.count, by: 16) {
        setScales(for: samples + first, count: envelope.count - first)
        for frame in stride(from: first, to: min(first + 16, envelope.count), by: 2) {
          lathe_window_pair_complex(
            samples + frame, window.base, scales.base + (frame - first), windowLength, input)
          transform.run()
          lathe_add_powers(output, length, power)
        }
      }
    }
    // The power of the pair mixes k and -k; its even part is the sum of the two frames' powers.
    input.update(repeating: 0, count: 2 * length)
    for k in 0..<length { input[2 * k] = (power[k] + power[(length - k) % length]) / 2 }
    transform.run()
    let scale = 1 / (Double(length) * Double(envelope.count))
    var best = 0
    var bestScore = -Double.infinity
    for lag in 1..<windowLength where logPrior[lag] > -.infinity {
      let score = log1p(1e6 * output[2 * lag] * scale) + logPrior[lag]
      if score > bestScore { (best, bestScore) = (lag, score) }
    }
    return tempi[best]
  }

  /// The envelope with linear ramps to zero of half a window at both ends:
  /// `numpy.pad(mode="linear_ramp")`.
  private mutating func pad(_ envelope: [Float]) {
    let ramp = windowLength / 2
    let (first, last) = (Double(envelope.first ?? 0), Double(envelope.last ?? 0))
    padded.removeAll(keepingCapacity: true)
    padded += (0..<ramp).map { Float(first * Double($0) / Double(ramp)) }
    padded += envelope
    padded += (0..<ramp).map { Float(last * Double(ramp - 1 - $0) / Double(ramp)) }
    // The partner of an odd last frame, and others that are not there, reach past the end.
    padded += repeatElement(0, count: 17)
  }

  /// Sets what sixteen windows, of which `count` are there, are scaled by to unit energy; silent ones, and those
  /// that are not there, by 0.
  private func setScales(for samples: UnsafePointer<Float>, count: Int) {
    lathe_sliding_energies(samples, window.base, windowLength, scales.base)
    for frame in 0..<16 {
      let energy = scales.base[frame]
      scales.base[frame] =
        frame < count && energy >= .leastNormalMagnitude ? 1 / energy.squareRoot() : 0
    }
  }
}

/// The least power of two, or three times one, from `minimum` on: the lengths that FFTW's vector
/// code is fastest at (768 takes 1.4 µs where 720 takes 2.3).
private func fastLength(atLeast minimum: Int) -> Int {
  var power = 4
  while power < minimum { power *= 2 }
  return power / 4 * 3 >= minimum ? power / 4 * 3 : power
}
