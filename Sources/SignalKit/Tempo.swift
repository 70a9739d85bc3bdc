internal import Foundation

/// The tempo of an onset envelope in beats a minute: the lag at which the mean local
/// autocorrelation (a tempogram of 8 s Hann windows, each scaled to 1 at lag 0), weighed by a
/// log-normal prior about 120, is largest; 0 for an envelope that is zero throughout.
///
/// `librosa.beat.beat_track(y)[0]`, which is `librosa.feature.tempo` on a median-aggregated
/// envelope.
///
/// The mean over frames is taken of the power spectra and transformed back once; librosa transforms
/// every frame back.
struct Tempo: ~Copyable {
  private let windowLength: Int
  private let spectra: any TempogramPower
  private let power: AlignedBuffer<Double>
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
    let window = hannWindow(length: length)
    let spectra: any TempogramPower
    if let sideBySide = BlockTempogramPower(window: window, atLeast: 2 * length - 1) {
      spectra = sideBySide
    } else {
      spectra = try PairTempogramPower(window: window, atLeast: 2 * length - 1)
    }
    transform = try ComplexTransform(length: spectra.transformLength)
    self.spectra = spectra
    windowLength = length
    power = AlignedBuffer(count: spectra.transformLength)
    let tempi = [Double.infinity] + (1..<length).map { 60 * sampleRate / Double(hop * $0) }
    self.tempi = tempi
    logPrior = tempi.map {
      $0 < 320 ? -0.5 * pow(log2($0) - log2(120), 2) : -.infinity
    }
  }

  var byteCount: Int {
    spectra.byteCount + power.byteCount + tempi.byteCount + logPrior.byteCount
      + transform.byteCount + padded.byteCount
  }

  /// Runs the transforms that an envelope of `frames` frames takes, and nothing else.
  func runTransforms(frames: Int) {
    spectra.runTransforms(frames: frames)
    transform.run()
  }

  mutating func estimate(_ envelope: [Float]) -> Double {
    guard envelope.contains(where: { $0 != 0 }) else { return 0 }
    pad(envelope)
    let length = spectra.transformLength
    let (input, output, power) = (transform.input.base, transform.output.base, power.base)
    padded.withUnsafeBufferPointer { padded in
      guard let base = padded.baseAddress else { return }
      spectra.sum(of: base, frames: envelope.count, into: power)
    }
    for k in 0..<length { (input[2 * k], input[2 * k + 1]) = (power[k], 0) }
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

  /// The envelope with linear ramps to zero of half a window at both ends,
  /// `numpy.pad(mode="linear_ramp")`, and then with what is read beyond the last window.
  private mutating func pad(_ envelope: [Float]) {
    let ramp = windowLength / 2
    let (first, last) = (Double(envelope.first ?? 0), Double(envelope.last ?? 0))
    padded.removeAll(keepingCapacity: true)
    padded += (0..<ramp).map { Float(first * Double($0) / Double(ramp)) }
    padded += envelope
    padded += (0..<ramp).map { Float(last * Double(ramp - 1 - $0) / Double(ramp)) }
    padded += repeatElement(0, count: spectra.transformLength + 16)
  }
}
