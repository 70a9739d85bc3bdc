import CKernels
import Testing

@testable import DataLoading

@Suite struct ResamplingKernelTests {
  @Test(arguments: [0, 1, 15, 16, 17, 40, 333]) func agreesWithItsTwin(_ count: Int) {
    for (step, phases) in [(9, 10), (11, 10), (1, 2), (2, 1), (1_001, 1_000), (1, 1)] {
      let input = TrackSource.noise(count * 2 + 40, seed: UInt64(step))
      let weights = TrackSource.noise(phases * 16, seed: 9)
      let phase = phases / 3
      var output = [Float](repeating: .nan, count: count + 1)
      unsafe lathe_resample(input, weights, phases, step, phase, &output, count)
      let expected = (0..<count).map { index in
        let (whole, rest) = (phase + step * index).quotientAndRemainder(dividingBy: phases)
        var sums = (0..<16).map { input[whole + $0] * weights[rest * 16 + $0] }
        for half in [8, 4, 2, 1] {
          sums = (0..<half).map { sums[$0] + sums[$0 + half] }
        }
        return sums[0]
      }
      #expect(Array(output.prefix(count)) == expected, "\(step)/\(phases)")
      #expect(output[count].isNaN, "wrote past the end")
    }
  }
}
