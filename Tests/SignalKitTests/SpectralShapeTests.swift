import Testing

@testable import SignalKit

/// Spectra of one bin have exact centroids, bandwidths and roll-offs; so have flat ones and pairs.
@Suite struct SpectralShapeTests {
  private let resolution = 22_050.0 / 2_048

  private func shape(bins: Int, frames: Int, _ value: (_ bin: Int, _ frame: Int) -> Float)
    -> SpectralShape
  {
    var block = [Float](repeating: 0, count: bins * 16)
    for bin in 0..<bins {
      for frame in 0..<16 { block[bin * 16 + frame] = value(bin, frame) }
    }
    var shape = SpectralShape(resolution: resolution)
    shape.begin(frames: frames)
    shape.add(block: block, bins: bins, count: frames)
    return shape
  }

  @Test(arguments: [Float(1), 0.3, 1e-30, 1e30])
  func oneBin(_ magnitude: Float) {
    for first in stride(from: 0, to: 1_024, by: 16) {
      let shape = shape(bins: 1_025, frames: 16) { $0 == first + $1 ? magnitude : 0 }
      let frequencies = (0..<16).map { Double(first + $0) * resolution }
      #expect(shape.centroid == frequencies)
      #expect(shape.bandwidth == [Double](repeating: 0, count: 16))
      #expect(shape.rolloff == frequencies)
    }
  }

  @Test func highestBin() {
    let shape = shape(bins: 1_025, frames: 2) { bin, _ in bin == 1_024 ? 0.7 : 0 }
    #expect(shape.centroid == [11_025, 11_025])
    #expect(shape.rolloff == [11_025, 11_025])
  }

  @Test func silence() {
    let shape = shape(bins: 1_025, frames: 16) { _, _ in 0 }
    #expect(shape.centroid == [Double](repeating: 0, count: 16))
    #expect(shape.bandwidth == shape.centroid)
    #expect(shape.rolloff == shape.centroid)
  }

  @Test func twoEqualBins() {
    // Half at bin 100, half at bin 300: 200 ± 100; the roll-off is reached with the second.
    let shape = shape(bins: 1_025, frames: 1) { bin, _ in bin == 100 || bin == 300 ? 0.5 : 0 }
    #expect(shape.centroid == [200 * resolution])
    #expect(isClose(shape.bandwidth[0], 100 * resolution, relative: 1e-12))
    #expect(shape.rolloff == [300 * resolution])
  }

  @Test func rollOffIsReachedNotPassed() {
    // Of 4 + 1 parts the first holds 80 %, of 17 + 3 it holds 85 % exactly.
    let below = shape(bins: 64, frames: 1) { bin, _ in bin == 10 ? 4 : bin == 40 ? 1 : 0 }
    #expect(below.rolloff == [40 * resolution])
    let above = shape(bins: 64, frames: 1) { bin, _ in bin == 10 ? 18 : bin == 40 ? 3 : 0 }
    #expect(above.rolloff == [10 * resolution])
  }

  @Test func flatSpectrum() {
    let bins = 1_025.0
    let shape = shape(bins: 1_025, frames: 1) { _, _ in 2 }
    #expect(isClose(shape.centroid[0], 512 * resolution, relative: 1e-14))
    let spread = ((bins * bins - 1) / 12).squareRoot() * resolution
    #expect(isClose(shape.bandwidth[0], spread, relative: 1e-12))
    // 0.85 × 1,025 = 871.25 bins: the 872nd reaches it.
    #expect(shape.rolloff == [871 * resolution])
  }

  @Test func onlyCountedFramesAreKept() {
    let shape = shape(bins: 64, frames: 3) { bin, frame in bin == frame ? 1 : 0 }
    #expect(shape.centroid.count == 3 && shape.bandwidth.count == 3 && shape.rolloff.count == 3)
  }
}
