internal import Foundation

/// Kaldi's triangular filters, evenly spaced on the mel scale 1127 ln(1 + f / 700) and triangular
/// on it, the tops at 1, as runs of weights. `torchaudio.compliance.kaldi.get_mel_banks`.
///
/// Weights are computed in single precision as torchaudio does it: a filter at low frequencies may
/// have one bin alone, on the foot of its triangle, and the logarithm of its weight then shows a
/// difference in the last bits.
struct KaldiWeights {
  private(set) var starts: [Int32] = []
  private(set) var lengths: [Int32] = []
  private(set) var weights: [Float] = []

  var byteCount: Int { starts.byteCount + lengths.byteCount + weights.byteCount }

  init(_ parameters: KaldiParameters) {
    let length = parameters.transformLength
    let lowest = 1_127 * log(1 + parameters.minimumFrequency / 700)
    let highest = 1_127 * log(1 + parameters.upperFrequency / 700)
    let step = Float((highest - lowest) / Double(parameters.bands + 1))
    let width = Float(parameters.sampleRate / Double(length))
    // The bin at half the sample rate is in no filter.
    let mels = (0..<length / 2).map { 1_127 * log(1 + width * Float($0) / 700) }
    for band in 0..<parameters.bands {
      let left = Float(lowest) + Float(band) * step
      let centre = Float(lowest) + (Float(band) + 1) * step
      let right = Float(lowest) + (Float(band) + 2) * step
      let triangle = mels.map { mel in
        max(0, min((mel - left) / (centre - left), (right - mel) / (right - centre)))
      }
      let first = triangle.firstIndex { $0 > 0 } ?? 0
      let last = triangle.lastIndex { $0 > 0 } ?? first - 1
      starts.append(Int32(first))
      lengths.append(Int32(last + 1 - first))
      weights += triangle[first..<last + 1]
    }
  }
}
