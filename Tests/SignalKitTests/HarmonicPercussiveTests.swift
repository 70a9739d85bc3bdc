import Foundation
import Testing

@testable import SignalKit

/// Separation against the definition in plain Swift, and what must hold of any separation.
@Suite struct HarmonicPercussiveTests {
  private func separated(_ signal: [Float], _ profile: Profile) throws
    -> (parts: HarmonicPercussive.Result, reference: (Moments, Moments))
  {
    var spectra = try SpectrumStore(padding: profile.padding)
    var separation = try HarmonicPercussive(profile: profile)
    let frames = spectra.geometry.count(samples: signal.count)
    let groups = (frames + 15) / 16
    spectra.reserve(groups: groups)
    separation.begin(frames: frames)
    var rows: [Spectrum] = []
    for group in 0..<groups {
      signal.withUnsafeBufferPointer { spectra.analyse(group: group, frames: frames, of: $0) }
      for frame in group * 16..<min(frames, group * 16 + 16) {
        rows.append(
          Spectrum(
            real: (0..<1_025).map { spectra.realRow(frame)[$0] },
            imaginary: (0..<1_025).map { spectra.imaginaryRow(frame)[$0] },
            magnitude: (0..<1_025).map { spectra.magnitudeRow(frame)[$0] }))
      }
      if group > 0 { separation.separate(group: group - 1, frames: frames, in: spectra) }
    }
    separation.separate(group: groups - 1, frames: frames, in: spectra)
    let parts = signal.withUnsafeBufferPointer { separation.moments(of: $0, frames: frames) }
    return (parts, try definition(signal, rows, profile))
  }

  private struct Spectrum {
    let real, imaginary, magnitude: [Float]
  }

  /// Medians by sorting, masks in double, each part transformed back by itself and divided by the
  /// sum of squared windows.
  private func definition(
    _ signal: [Float], _ rows: [Spectrum], _ profile: Profile
  ) throws -> (Moments, Moments) {
    let (frames, bins) = (rows.count, 1_025)
    func mirrored(_ index: Int, _ count: Int) -> Int {
      var index = index
      while !(0..<count).contains(index) { index = index < 0 ? -1 - index : 2 * count - 1 - index }
      return index
    }
    func middle(_ values: [Float]) -> Double { Double(values.sorted()[15]) }
    let window = hannWindow(length: 2_048)
    let transform = try ComplexTransform(length: 2_048)
    let length = 2_048 + 512 * (frames + 3)
    var sums = [[Double]](repeating: [Double](repeating: 0, count: length), count: 2)
    var squares = [Double](repeating: 0, count: length)
    for frame in 0..<frames {
      var masks = [[Double]](repeating: [Double](repeating: 0, count: bins), count: 2)
      for bin in 0..<bins {
        let h = middle((-15...15).map { rows[mirrored(frame + $0, frames)].magnitude[bin] })
        let p = middle((-15...15).map { rows[frame].magnitude[mirrored(bin + $0, bins)] })
        let sum = h * h + p * p
        masks[0][bin] = sum < 1e-30 ? 0.5 : h * h / sum
        masks[1][bin] = sum < 1e-30 ? 0.5 : p * p / sum
      }
      for part in 0..<2 {
        for k in 0..<2_048 {
          let bin = min(k, 2_048 - k)
          let weight = masks[part][bin]
          // The conjugate, so that the forward transform gives the inverse.
          let sign: Float = k <= 1_024 ? -1 : 1
          transform.input.base[2 * k] = weight * Double(rows[frame].real[bin])
          transform.input.base[2 * k + 1] = weight * Double(sign * rows[frame].imaginary[bin])
        }
        transform.run()
        for n in 0..<2_048 {
          sums[part][frame * 512 + n] += transform.output.base[2 * n] / 2_048 * window[n]
        }
      }
      for n in 0..<2_048 { squares[frame * 512 + n] += window[n] * window[n] }
    }
    let covered = profile == .librosa08 ? min(signal.count, 512 * (frames - 1)) : signal.count
    let parts = sums.map { sum in
      (0..<signal.count).map { index in
        index < covered ? sum[1_024 + index] / squares[1_024 + index] : 0
      }
    }
    return (Moments(parts[0]), Moments(parts[1]))
  }

  @Test(arguments: Profile.allCases, [("mixed", 9_000), ("bursts", 1_400), ("chord", 700)])
  func equalsTheDefinition(_ profile: Profile, _ signal: (name: String, count: Int)) throws {
    let samples = SyntheticSignal.samples(signal.name, first: 40, count: signal.count)
    let (parts, exact) = try separated(samples, profile)
    for (part, exact) in [(parts.harmonic, exact.0), (parts.percussive, exact.1)] {
      #expect(isClose(part.mean, exact.mean, absolute: 1e-8, relative: 1e-5))
      #expect(isClose(part.variance, exact.variance, absolute: 1e-10, relative: 1e-5))
    }
  }

  /// The parts add up to the signal, so their means do.
  @Test(arguments: ["mixed", "noise", "sweep", "gap"])
  func partsAddUp(_ name: String) throws {
    let signal = SyntheticSignal.samples(name, count: 30_000)
    let vector = try features(of: signal, .librosa10)
    let mean = Moments(signal.map(Double.init)).mean
    #expect(isClose(vector["harmony_mean"] + vector["perceptr_mean"], mean, absolute: 1e-7))
  }

  @Test func tellsTonesFromBursts() throws {
    let tones = try features(of: SyntheticSignal.samples("chord", count: 66_149), .librosa10)
    #expect(tones["harmony_var"] > 100 * tones["perceptr_var"])
    let bursts = try features(of: SyntheticSignal.samples("bursts", count: 66_149), .librosa10)
    #expect(bursts["perceptr_var"] > 100 * bursts["harmony_var"])
  }
}
