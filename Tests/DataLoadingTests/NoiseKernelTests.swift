import CKernels
import Corpus
import Testing

@testable import DataLoading

/// The noise kernel against a scalar twin, and against the normal distribution.
@Suite struct NoiseKernelTests {
  private static func deviates(_ count: Int, seed: UInt64, stream: UInt64) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    unsafe lathe_add_normal_noise(seed, stream, 1, &values, count)
    return values
  }

  /// Box and Muller's pair of two words, operation by operation as in the kernel.
  private static func pair(_ first: UInt32, _ second: UInt32) -> (cosine: Float, sine: Float) {
    let u = Float(Int32(first >> 1)) * 0x1p-31 + 0x1p-32
    var bits = Int32(bitPattern: u.bitPattern)
    let exponent = (bits - 0x3F35_04F3) >> 23
    bits -= exponent << 23
    let m = Float(bitPattern: UInt32(bitPattern: bits)) - 1
    var p = m * 7.0376836292e-2 - 1.1514610310e-1
    let coefficients: [Float] = [
      1.1676998740e-1, 1.2420140846e-1, 1.4249322787e-1, 1.6668057665e-1, 2.0000714765e-1,
      2.4999993993e-1, 3.3333331174e-1,
    ]
    for (index, coefficient) in coefficients.enumerated() {
      p = index.isMultiple(of: 2) ? p * m + coefficient : p * m - coefficient
    }
    let logarithm = (p * m * (m * m) - 0.5 * (m * m)) + m
    let square = (logarithm + Float(exponent) * 0.693147181) * -2
    let radius = max(square, 0).squareRoot()
    let quarter = (second &+ 0x2000_0000) >> 30
    let x = Float(Int32(bitPattern: second << 2) >> 2) * 1.46291807926715968e-9
    let z = x * x
    let s = ((z * -1.9515295891e-4 + 8.3321608736e-3) * z - 1.6666654611e-1) * z * x + x
    let quartic = (z * 2.443315711809948e-5 - 1.388731625493765e-3) * z + 4.166664568298827e-2
    let c = quartic * z * z - 0.5 * z + 1
    return switch quarter {
    case 0: (radius * c, radius * s)
    case 1: (radius * -s, radius * c)
    case 2: (radius * -c, radius * -s)
    default: (radius * s, radius * -c)
    }
  }

  @Test(arguments: [0, 1, 15, 63, 64, 65, 127, 1_000]) func agreesWithItsTwin(_ count: Int) {
    let (seed, stream): (UInt64, UInt64) = (0x1234_5678_9ABC_DEF0, 0xFEDC_BA98_7654_3210)
    var expected = [Float](repeating: 0, count: (count + 63) / 64 * 64)
    for block in 0..<expected.count / 4 {
      var generator = CounterGenerator(seed: seed, stream: stream, position: UInt64(2 * block))
      let (low, high) = (generator.next(), generator.next())
      let first = Self.pair(UInt32(truncatingIfNeeded: low), UInt32(low >> 32))
      let second = Self.pair(UInt32(truncatingIfNeeded: high), UInt32(high >> 32))
      let index = block / 16 * 64 + block % 16
      expected[index] = first.cosine
      expected[index + 16] = first.sine
      expected[index + 32] = second.cosine
      expected[index + 48] = second.sine
    }
    var values = TrackSource.noise(count + 1)
    let before = values
    unsafe lathe_add_normal_noise(seed, stream, 0.37, &values, count)
    #expect(
      Array(values.prefix(count)) == (0..<count).map { before[$0] + expected[$0] * 0.37 })
    #expect(values[count] == before[count], "wrote past the end")
  }

  @Test func momentsAndTailsAreNormal() {
    let count = 200_000
    let values = Self.deviates(count, seed: 11, stream: 3)
    var sums = [0.0, 0, 0, 0]
    var beyond = [0, 0, 0, 0]
    var products = [0.0, 0, 0]
    let lags = [1, 16, 32]
    for index in 32..<count {
      let value = Double(values[index])
      var power = value
      for order in 0..<4 {
        sums[order] += power
        power *= value
        if abs(value) > Double(order + 1) { beyond[order] += 1 }
      }
      // Neighbours, and the cosine and sine of one radius, are uncorrelated.
      for number in 0..<3 { products[number] += value * Double(values[index - lags[number]]) }
    }
    let number = Double(count - 32)
    // Five standard errors of each.
    let error = 5 / number.squareRoot()
    for (order, moment, variance) in [(0, 0.0, 1.0), (1, 1, 2), (2, 0, 15), (3, 3, 96)] {
      #expect(abs(sums[order] / number - moment) < error * variance.squareRoot(), "\(order + 1)")
    }
    // Shares beyond 1, 2, 3 and 4 standard deviations.
    for (order, share) in [0.3173105079, 0.0455002639, 0.0026997961, 6.33425e-5].enumerated() {
      let found = Double(beyond[order]) / number
      #expect(abs(found - share) < error * share.squareRoot(), "beyond \(order + 1)")
    }
    #expect(products.allSatisfy { abs($0) / number < error })
  }

  @Test func streamsAndSeedsDiffer() {
    let first = Self.deviates(64, seed: 1, stream: 1)
    #expect(first == Self.deviates(64, seed: 1, stream: 1))
    let others: [(UInt64, UInt64)] = [(2, 1), (1, 2), (1 << 32 + 1, 1), (1, 1 << 32 + 1)]
    for (seed, stream) in others {
      #expect(zip(first, Self.deviates(64, seed: seed, stream: stream)).allSatisfy { $0 != $1 })
    }
  }
}
