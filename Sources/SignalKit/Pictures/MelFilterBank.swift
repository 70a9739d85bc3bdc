internal import CKernels
internal import Foundation

/// Triangular filters, evenly spaced on a mel scale, kept as the runs of weights that are not zero
/// (about two per frequency bin, a thirtieth of the full matrix).
///
/// `librosa.filters.mel(sr, n_fft, n_mels, fmin, fmax, htk=False, norm="slaney")` unless said
/// otherwise.
public struct MelFilterBank: Sendable, Hashable {
  /// How many filters.
  public let count: Int
  /// The first frequency bin of each filter.
  public let starts: [Int32]
  /// How many bins each filter spans; 0 for a filter narrower than a bin.
  public let lengths: [Int32]
  /// The weights of all filters, one after the other.
  public let weights: [Float]

  /// - Parameters:
  ///   - sampleRate: in hertz.
  ///   - transformLength: samples in a frame (`n_fft`), 2 ... 65,536.
  ///   - count: how many filters (`n_mels`), 1 ... 4,096.
  ///   - minimum: the lowest frequency in hertz.
  ///   - maximum: the highest frequency in hertz.
  ///   - scale: the scale on which the filters are evenly spaced (`htk`).
  ///   - area: what the filters are scaled to (`norm`).
  ///   - slopes: in what the sides of the triangles are straight.
  /// - Throws: `SignalError` where a value is out of range.
  public init(
    sampleRate: Double, transformLength: Int, count: Int, minimum: Double = 0, maximum: Double,
    scale: MelScale = .slaney, area: Area = .equal, slopes: Slopes = .hertz
  ) throws(SignalError) {
    guard count >= 1, count <= 4_096 else {
      throw SignalError("\(count) mel filters", "must be 1 to 4,096", hint: "128 is usual")
    }
    guard transformLength >= 2, transformLength <= 65_536 else {
      throw SignalError(
        "mel filters for frames of \(transformLength) samples", "must be 2 to 65,536",
        hint: "2,048 is usual")
    }
    guard minimum >= 0, maximum > minimum, maximum.isFinite, sampleRate > 0, sampleRate.isFinite
    else {
      throw SignalError(
        "mel filters from \(minimum) to \(maximum) Hz at \(sampleRate) Hz", "is no frequency range",
        hint: "give 0 ≤ minimum < maximum ≤ half the sample rate")
    }
    let bins = transformLength / 2 + 1
    let lowest = scale.mel(ofHertz: minimum)
    let highest = scale.mel(ofHertz: maximum)
    let mels = (0..<count + 2).map {
      lowest + (highest - lowest) * Double($0) / Double(count + 1)
    }
    let edges = slopes == .hertz ? mels.map(scale.hertz(ofMel:)) : mels
    var starts: [Int32] = []
    var lengths: [Int32] = []
    var weights: [Float] = []
    for filter in 0..<count {
      let (left, centre, right) = (edges[filter], edges[filter + 1], edges[filter + 2])
      let factor =
        area == .equal
        ? 2 / (scale.hertz(ofMel: mels[filter + 2]) - scale.hertz(ofMel: mels[filter])) : 1
      var first = 0
      var run: [Float] = []
      for bin in 0..<bins {
        let hertz = Double(bin) * sampleRate / Double(transformLength)
        let frequency = slopes == .hertz ? hertz : scale.mel(ofHertz: hertz)
        let rising = (frequency - left) / (centre - left)
        let falling = (right - frequency) / (right - centre)
        let weight = Float(max(0, min(rising, falling)))
        guard weight > 0 else { continue }
        if run.isEmpty { first = bin }
        run.append(Float(Double(weight) * factor))
      }
      starts.append(Int32(first))
      lengths.append(Int32(run.count))
      weights += run
    }
    self.count = count
    self.starts = starts
    self.lengths = lengths
    self.weights = weights
  }

  /// Bytes of its tables and buffers.
  var byteCount: Int { starts.byteCount + lengths.byteCount + weights.byteCount }

  /// What filters are scaled to.
  public enum Area: String, Sendable, Hashable, Codable, CaseIterable {
    /// Every triangle has area 1 in hertz: `norm="slaney"`.
    case equal
    /// Every triangle has height 1: `norm=None`.
    case height
  }

  /// In what the sides of the triangles are straight.
  public enum Slopes: String, Sendable, Hashable, Codable, CaseIterable {
    /// In hertz: librosa, torchaudio.
    case hertz
    /// In mel: TensorFlow's `linear_to_mel_weight_matrix`, VGGish, Kaldi.
    case mel
  }

  /// Applies every filter to the sixteen frames of a block (see CKernels) and writes row m at
  /// `output + m × stride`. `squared`: the block holds magnitudes, the filters want power.
  func apply(
    to block: UnsafePointer<Float>, squared: Bool, output: UnsafeMutablePointer<Float>, stride: Int
  ) {
    lathe_filter_bank(
      block, squared ? 1 : 0, starts, lengths, weights, count, output, stride)
  }
}
