internal import CKernels
internal import Corpus

/// Normalisation as its kernels want it: each mean as two floats, each deviation as its inverse.
struct SampleNormaliser: Sendable {
  /// The greater part of each mean, and what the rounding to float left of it.
  private let means: [Float]
  private let rests: [Float]
  private let inverses: [Float]
  /// How many numbers each mean is for, in sequence.
  private let columns: Int

  init(_ normalisation: Normalisation, shape: [Int]) {
    let statistics = normalisation.statistics
    means = statistics.means.map { Float($0) }
    rests = statistics.means.map { Float($0 - Double(Float($0))) }
    inverses = statistics.deviations.map { deviation in
      // Below the inverse of the greatest float nothing is left to divide by.
      let inverse = Float(1 / deviation)
      return inverse.isFinite ? inverse : 1
    }
    columns = shape.reduce(1, *) / max(statistics.means.count, 1)
  }

  /// Normalises `count` numbers of a sample; `output` may be where they are.
  func apply(
    _ input: UnsafeRawPointer, _ type: SampleType, _ count: Int,
    to output: UnsafeMutablePointer<Float>
  ) {
    if means.count == 1, type == .int16 {
      return unsafe lathe_normalise_int16(
        input.assumingMemoryBound(to: Int16.self), 1 / 32_768, means[0], rests[0], inverses[0],
        output, count)
    }
    var floats = unsafe input
    if type != .float32 {
      unsafe SampleWriter.convert(input, type, count, to: output)
      unsafe floats = UnsafeRawPointer(output)
    }
    if columns == 1 {
      return unsafe lathe_normalise_each(floats, means, rests, inverses, output, count)
    }
    for index in means.indices {
      let first = index * columns
      unsafe lathe_normalise(
        floats + first * 4, means[index], rests[index], inverses[index], output + first, columns)
    }
  }
}
