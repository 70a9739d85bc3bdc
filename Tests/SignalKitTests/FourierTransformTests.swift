import CKernels
import Foundation
import TestSupport
import Testing

@testable import SignalKit

/// The spectrum of reals by a complex transform of half their number, against the definition.
@Suite struct FourierTransformTests {
  /// Σ x[n] exp(−2πi k n / N) for the bins 0 ... N / 2.
  private func naiveSpectrum(_ samples: [Float]) -> [(real: Double, imaginary: Double)] {
    let count = samples.count
    let cosines = (0..<count).map { cos(2 * Double.pi * Double($0) / Double(count)) }
    let sines = (0..<count).map { sin(2 * Double.pi * Double($0) / Double(count)) }
    return (0...count / 2).map { k in
      var sum = (real: 0.0, imaginary: 0.0)
      var phase = 0
      for sample in samples {
        sum.real += Double(sample) * cosines[phase]
        sum.imaginary -= Double(sample) * sines[phase]
        phase += k
        if phase >= count { phase -= count }
      }
      return sum
    }
  }

  // 2, 6, 10 and 66 have an odd half, whose spectrum has no bin in the middle.
  @Test(arguments: [2, 4, 6, 8, 10, 12, 64, 66, 2_048])
  func spectrumInDouble(_ length: Int) throws {
    var generator = SeededGenerator(seed: UInt64(length))
    let samples = generator.floats(length)
    let transform = try ComplexTransform(length: length / 2)
    let twiddles = Twiddles<Double>(length: length)
    for (index, sample) in samples.enumerated() { transform.input.base[index] = Double(sample) }
    transform.run()
    let half = length / 2
    var real = [Float](repeating: .nan, count: half + 1)
    var (imaginary, magnitude) = (real, real)
    lathe_spectrum_of_half(
      transform.output.base, twiddles.cosine.base, twiddles.sine.base, half, &real, &imaginary,
      &magnitude)
    for (k, exact) in naiveSpectrum(samples).enumerated() {
      #expect(isClose(Double(real[k]), exact.real, absolute: 1e-11, relative: floatStep))
      #expect(isClose(Double(imaginary[k]), exact.imaginary, absolute: 1e-11, relative: floatStep))
      let length = (exact.real * exact.real + exact.imaginary * exact.imaginary).squareRoot()
      #expect(isClose(Double(magnitude[k]), length, absolute: 1e-11, relative: 3 * floatStep))
    }
    #expect(imaginary[0] == 0)
    #expect(imaginary[half] == 0)
  }

  @Test(arguments: [2, 4, 6, 8, 10, 12, 64, 66, 2_048])
  func powerInFloat(_ length: Int) throws {
    var generator = SeededGenerator(seed: UInt64(length) + 1)
    let samples = generator.floats(length)
    let transform = try FourierTransform(length: length)
    transform.input.base.update(from: samples, count: length)
    transform.runForward()
    let half = length / 2
    var power = [Float](repeating: .nan, count: half + 1)
    var scratch = [Float](repeating: .nan, count: half / 2 + 1)
    lathe_power_of_half(
      transform.output.base, transform.twiddles.cosine.base, transform.twiddles.sine.base, half,
      &power, &scratch)
    let exact = naiveSpectrum(samples).map { $0.real * $0.real + $0.imaginary * $0.imaginary }
    let largest = exact.max() ?? 0
    for (value, exact) in zip(power, exact) {
      #expect(isClose(Double(value), exact, absolute: 2e-6 * largest, relative: 1e-5))
    }
  }

  /// Transformed, masked with ones and transformed back, a signal is itself times its length.
  @Test(arguments: [2, 4, 6, 8, 12, 64, 66, 2_048])
  func inverseOfTheSpectrum(_ length: Int) throws {
    var generator = SeededGenerator(seed: UInt64(length) + 2)
    let samples = generator.floats(length)
    let returned = try filtered(samples) { _ in 1 }
    #expect(firstDifference(returned, samples, absolute: 2e-6) == nil)
  }

  /// A mask scales each bin by its own weight: of three cosines it lets one through whole, one in
  /// part.
  @Test func maskWeighsBins() throws {
    let length = 64
    func cosines(_ weights: [(bin: Int, weight: Double)]) -> [Float] {
      (0..<length).map { n in
        Float(
          weights.reduce(0.0) {
            $0 + $1.weight * cos(2 * Double.pi * Double($1.bin * n) / Double(length) + 0.3)
          })
      }
    }
    let returned = try filtered(cosines([(3, 1), (16, 1), (29, 1)])) { bin in
      switch bin {
      case 3: 1
      case 16: 0.25
      default: 0
      }
    }
    #expect(firstDifference(returned, cosines([(3, 1), (16, 0.25)]), absolute: 2e-6) == nil)
  }

  private func filtered(_ samples: [Float], mask: (Int) -> Float) throws -> [Float] {
    let length = samples.count
    let half = length / 2
    let forward = try ComplexTransform(length: length / 2)
    let twiddles = Twiddles<Double>(length: length)
    for (index, sample) in samples.enumerated() { forward.input.base[index] = Double(sample) }
    forward.run()
    var real = [Float](repeating: .nan, count: half + 1)
    var (imaginary, magnitude) = (real, real)
    lathe_spectrum_of_half(
      forward.output.base, twiddles.cosine.base, twiddles.sine.base, half, &real, &imaginary,
      &magnitude)
    let backward = try FourierTransform(length: length)
    lathe_half_of_spectrum(
      real, imaginary, (0...half).map(mask), backward.twiddles.cosine.base,
      backward.twiddles.sine.base, half,
      backward.input.base)
    backward.runBackward()
    return (0..<length).map { backward.output.base[$0] / Float(length) }
  }

  /// Of two plans of the same length, one made while the other lives, both give the same bits.
  @Test func plansOfOneLengthAgree() throws {
    var generator = SeededGenerator(seed: 3)
    let samples = generator.floats(2_048)
    let first = try FourierTransform(length: 2_048)
    let second = try FourierTransform(length: 2_048)
    first.input.base.update(from: samples, count: 2_048)
    second.input.base.update(from: samples, count: 2_048)
    first.runForward()
    second.runForward()
    #expect((0..<2_048).allSatisfy { first.output.base[$0] == second.output.base[$0] })
  }
}
