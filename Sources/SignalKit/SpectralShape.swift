internal import CKernels

/// Centroid, bandwidth and roll-off of magnitude spectra, frame by frame, in hertz.
///
/// - centroid: Σ f m / Σ m (`librosa.feature.spectral_centroid`)
/// - bandwidth: √(Σ m (f − centroid)² / Σ m) (`librosa.feature.spectral_bandwidth`, p = 2)
/// - roll-off: the lowest bin frequency by which 85 % of Σ m is reached
///   (`librosa.feature.spectral_rolloff`), summed in float from bin to bin as `numpy.cumsum` does
///
/// All three are 0 for a silent frame.
struct SpectralShape {
  private(set) var centroid: [Double] = []
  private(set) var bandwidth: [Double] = []
  private(set) var rolloff: [Double] = []
  /// Hertz from one bin to the next.
  let resolution: Double

  init(resolution: Double) {
    self.resolution = resolution
  }

  var byteCount: Int { centroid.byteCount + bandwidth.byteCount + rolloff.byteCount }

  mutating func begin(frames: Int) {
    centroid.removeAll(keepingCapacity: true)
    bandwidth.removeAll(keepingCapacity: true)
    rolloff.removeAll(keepingCapacity: true)
    centroid.reserveCapacity(frames)
    bandwidth.reserveCapacity(frames)
    rolloff.reserveCapacity(frames)
  }

  /// Adds the first `count` frames of a block of magnitudes.
  mutating func add(block: UnsafePointer<Float>, bins: Int, count: Int) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 48) { moments in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: 16) { bin in
        guard let sums = moments.baseAddress, let reached = bin.baseAddress else { return }
        lathe_spectral_moments(block, bins, 0.85, sums, reached)
        for frame in 0..<count {
          // librosa normalises by the sum of a frame unless that is less than the least normal
          // float.
          let total = moments[frame]
          let scale = total < Double(Float.leastNormalMagnitude) ? 1 : total
          let first = moments[16 + frame] / scale
          let second = moments[32 + frame] / scale
          centroid.append(first * resolution)
          let spread = second - 2 * first * first + first * first * (total / scale)
          bandwidth.append(max(0, spread).squareRoot() * resolution)
          rolloff.append(Double(min(Int(bin[frame]), bins - 1)) * resolution)
        }
      }
    }
  }
}
