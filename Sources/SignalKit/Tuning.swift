internal import CKernels
internal import Foundation

/// How far an ensemble is tuned from A = 440 Hz, in fractions of a pitch class (of twelve an octave: a
/// semitone), −0.5 ... 0.49.
///
/// Peaks of the power spectrum between 150 and 4,000 Hz above a tenth of their frame's maximum are
/// refined by a parabola; of those at least as strong as the median the fractions of a class are
/// counted in hundredths, and the fullest hundredth wins, the lowest among equals.
/// `librosa.estimate_tuning(S=power)`, by `librosa.piptrack` and `librosa.pitch_tuning`.
///
/// A count decides, so every step rounds to float where librosa's arrays do.
struct Tuning: ~Copyable {
  private let profile: Profile
  private let firstBin: Int
  private let lastBin: Int
  private let sampleRate: Double
  private let bins: Int
  private let classes: Int
  private var below: AlignedBuffer<Float>
  private var at: AlignedBuffer<Float>
  private var above: AlignedBuffer<Float>
  private var bin: AlignedBuffer<Int32>
  private var found = 0

  /// - Parameters:
  ///   - bins: frequencies of a spectrum; librosa takes the transform for one of 2 (bins − 1) samples.
  ///   - classes: pitch classes an octave.
  init(
    profile: Profile, sampleRate: Double, bins: Int = SpectrumStore.bins, classes: Int = 12
  ) {
    self.profile = profile
    self.sampleRate = sampleRate
    self.bins = bins
    self.classes = classes
    let resolution = sampleRate / Double(2 * (bins - 1))
    let highest = min(4_000, sampleRate / 2)
    firstBin = max(1, Int((150 / resolution).rounded(.up)))
    lastBin = min(bins - 1, Int((highest / resolution).rounded(.up)))
    below = AlignedBuffer(count: 0)
    at = AlignedBuffer(count: 0)
    above = AlignedBuffer(count: 0)
    bin = AlignedBuffer(count: 0)
  }

  var byteCount: Int {
    below.byteCount + at.byteCount + above.byteCount + bin.byteCount
  }

  mutating func begin(frames: Int) {
    found = 0
    let most = max(0, (frames + 16) * (lastBin - firstBin + 2) / 2)
    below.reserve(most)
    at.reserve(most)
    above.reserve(most)
    bin.reserve(most)
  }

  /// Frequencies below which magnitudes are needed where power is given too.
  var reach: Int { lastBin + 1 }

  /// Adds the peaks of the first `count` frames of a block of magnitudes; of one of their power, where it
  /// is given, the loudest of a frame.
  mutating func add(
    block: UnsafePointer<Float>, power: UnsafePointer<Float>? = nil, count: Int
  ) {
    guard firstBin < lastBin else { return }
    found += lathe_spectral_peaks(
      block, power, bins, count, 0.1, firstBin, lastBin, below.base + found,
      at.base + found, above.base + found, bin.base + found)
  }

  /// The hundredth of a class below which the fullest bin starts: 0 ... 99, 50 being in tune.
  func hundredth() -> Int {
    guard found > 0 else { return 50 }
    var pitches: [Float] = []
    var strengths: [Float] = []
    pitches.reserveCapacity(found)
    strengths.reserveCapacity(found)
    for peak in 0..<found {
      let (low, middle, high) = (below.base[peak], at.base[peak], above.base[peak])
      let slope = 0.5 * (high - low)
      let shift = self.shift(low: low, middle: middle, high: high, slope: slope)
      let position = Double(bin.base[peak]) + Double(shift)
      pitches.append(Float(position * sampleRate / Double(2 * (bins - 1))))
      strengths.append(middle + 0.5 * slope * shift)
    }
    let threshold = median(of: strengths)
    var counts = [Int](repeating: 0, count: 100)
    for peak in 0..<found where strengths[peak] >= threshold && pitches[peak] > 0 {
      let pitch = Float(classes) * log2(pitches[peak] / 27.5)
      var residual = pitch - pitch.rounded(.down)
      if residual >= 0.5 { residual -= 1 }
      counts[slot(of: Double(residual))] += 1
    }
    var best = 0
    for slot in 1..<100 where counts[slot] > counts[best] { best = slot }
    return best
  }

  /// The offset of the parabola's vertex from the peak's bin.
  private func shift(low: Float, middle: Float, high: Float, slope: Float) -> Float {
    switch profile {
    case .librosa08:
      let curvature = 2 * middle - high - low
      return slope / (abs(curvature) < .leastNormalMagnitude ? curvature + 1 : curvature)
    case .librosa10:
      // Compiled by numba, where float × integer gives double.
      let curvature = Double(high + low) - 2 * Double(middle)
      let steepness = Double(high - low) / 2
      return abs(steepness) >= abs(curvature) ? 0 : Float(-steepness / curvature)
    }
  }

  /// `numpy.histogram` over `numpy.linspace(-0.5, 0.5, 101)`: the edges as they round.
  private func slot(of residual: Double) -> Int {
    var slot = min(99, max(0, Int((residual + 0.5) * 100)))
    while slot < 99, residual >= Self.edge(slot + 1) { slot += 1 }
    while slot > 0, residual < Self.edge(slot) { slot -= 1 }
    return slot
  }

  /// The lower edge of hundredth `slot`, the tuning that `librosa.pitch_tuning` returns for it.
  static func edge(_ slot: Int) -> Double { Double(slot) * 0.01 - 0.5 }
}

/// The median; the mean of the middle two for an even count. `numpy.median`.
func median(of values: [Float]) -> Float {
  guard !values.isEmpty else { return 0 }
  var values = values
  let middle = values.count / 2
  let upper = select(middle, in: &values)
  guard values.count.isMultiple(of: 2) else { return upper }
  let lower = values[..<middle].max() ?? upper
  return (lower + upper) / 2
}

/// Hoare's selection: puts the value of rank `rank` in its place, nothing larger before it.
private func select(_ rank: Int, in values: inout [Float]) -> Float {
  var low = 0
  var high = values.count - 1
  while low < high {
    let pivot = values[(low + high) / 2]
    var i = low
    var j = high
    while i <= j {
      while values[i] < pivot { i += 1 }
      while pivot < values[j] { j -= 1 }
      if i <= j {
        values.swapAt(i, j)
        i += 1
        j -= 1
      }
    }
    if rank <= j {
      high = j
    } else if rank >= i {
      low = i
    } else {
      break
    }
  }
  return values[rank]
}
