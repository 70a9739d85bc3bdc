internal import CKernels

/// The power spectra of the windows of an onset envelope, each window scaled to unit energy, added up: what the
/// mean local autocorrelation is transformed of. One value serves one thread.
protocol TempogramPower: AnyObject {
  /// Numbers of a transform.
  var transformLength: Int { get }
  /// Bytes of its tables and buffers.
  var byteCount: Int { get }
  /// The sum over `frames` windows, the first of which begins at `envelope` and each later one a sample after the
  /// one before: power k at `power[k]`, for k = 0 ..< `transformLength`. As many samples as a transform has must be
  /// readable from the last window on, and sixteen more.
  func sum(
    of envelope: UnsafePointer<Float>, frames: Int, into power: UnsafeMutablePointer<Double>)
  /// Runs the transforms of `frames` windows, and nothing else.
  func runTransforms(frames: Int)
}

/// Sixteen windows side by side: transforms of 512, 1,024 and 2,048 numbers.
final class BlockTempogramPower: TempogramPower {
  let transformLength: Int
  private let length: Int
  private let half: Int
  private let window: AlignedBuffer<Double>
  private let tables: AlignedBuffer<Double>
  private let scratch: AlignedBuffer<Double>
  private let sums: AlignedBuffer<Double>
  private let scales = AlignedBuffer<Double>(count: 16)

  /// Nothing where the kernels have no transform of at least `minimum` numbers.
  init?(window values: [Double], atLeast minimum: Int) {
    guard let transformLength = [512, 1_024, 2_048].first(where: { $0 >= minimum }) else {
      return nil
    }
    self.transformLength = transformLength
    length = values.count
    half = transformLength / 2
    window = AlignedBuffer(count: transformLength)
    for (index, value) in values.enumerated() { window.base[index] = value }
    tables = AlignedBuffer(count: lathe_transform_tables(half))
    lathe_make_transform_tables(half, tables.base)
    scratch = AlignedBuffer(count: lathe_transform_scratch(half))
    sums = AlignedBuffer(count: (half + 1) * 16)
  }

  var byteCount: Int {
    window.byteCount + tables.byteCount + scratch.byteCount + sums.byteCount + scales.byteCount
  }

  func sum(
    of envelope: UnsafePointer<Float>, frames: Int, into power: UnsafeMutablePointer<Double>
  ) {
    sums.base.update(repeating: 0, count: sums.count)
    for first in stride(from: 0, to: frames, by: 16) {
      let count = min(16, frames - first)
      let samples = envelope + first
      lathe_sliding_energies(samples, window.base, length, scales.base)
      for frame in 0..<16 {
        let energy = scales.base[frame]
        scales.base[frame] =
          frame < count && energy >= .leastNormalMagnitude ? 1 / energy : 0
      }
      transform(samples, count: count)
    }
    for bin in 0...half {
      var total = 0.0
      for frame in 0..<16 { total += sums.base[bin * 16 + frame] }
      power[bin] = total
      power[(transformLength - bin) % transformLength] = total
    }
  }

  private func transform(_ samples: UnsafePointer<Float>, count: Int) {
    lathe_transform_frames(samples, 1, count, nil, window.base, tables.base, half, scratch.base)
    lathe_transform_power_sums(
      scratch.base, tables.base, half, count, scales.base, sums.base)
  }

  func runTransforms(frames: Int) {
    let silence = AlignedBuffer<Float>(count: transformLength + 16)
    for first in stride(from: 0, to: frames, by: 16) {
      transform(silence.base, count: min(16, frames - first))
    }
  }
}

/// Two windows to a complex transform, by FFTW: longer ones.
final class PairTempogramPower: TempogramPower {
  let transformLength: Int
  private let window: [Double]
  private let transform: ComplexTransform

  /// - Throws: `SignalError` where FFTW has no plan.
  init(window: [Double], atLeast minimum: Int) throws(SignalError) {
    let transformLength = fastLength(atLeast: minimum)
    transform = try ComplexTransform(length: transformLength)
    self.transformLength = transformLength
    self.window = window
  }

  var byteCount: Int { window.byteCount + transform.byteCount }

  func sum(
    of envelope: UnsafePointer<Float>, frames: Int, into power: UnsafeMutablePointer<Double>
  ) {
    let length = transformLength
    let (input, output) = (transform.input.base, transform.output.base)
    power.update(repeating: 0, count: length)
    input.update(repeating: 0, count: 2 * length)
    for frame in stride(from: 0, to: frames, by: 2) {
      fill(envelope + frame, paired: frame + 1 < frames)
      transform.run()
      for k in 0..<length {
        power[k] += output[2 * k] * output[2 * k] + output[2 * k + 1] * output[2 * k + 1]
      }
    }
    // The power of the pair mixes k and −k; its even part is the sum of the two frames' powers.
    for k in 1...length / 2 {
      let mean = (power[k] + power[length - k]) / 2
      (power[k], power[length - k]) = (mean, mean)
    }
  }

  /// Puts windowed frames, each scaled to unit energy, side by side: that at `samples` into the real parts of the
  /// input, the next, where `paired`, into the imaginary ones.
  private func fill(_ samples: UnsafePointer<Float>, paired: Bool) {
    let input = transform.input.base
    var energy = SIMD2<Double>.zero
    for (i, weight) in window.enumerated() {
      let pair = SIMD2(Double(samples[i]), Double(samples[i + 1])) * weight
      energy += pair * pair
      input[2 * i] = pair.x
      input[2 * i + 1] = pair.y
    }
    let silent = energy .< Double.leastNormalMagnitude
    var scale = (1 / energy.squareRoot()).replacing(with: 0, where: silent)
    if !paired { scale.y = 0 }
    for i in window.indices {
      input[2 * i] *= scale.x
      input[2 * i + 1] *= scale.y
    }
  }

  func runTransforms(frames: Int) {
    for _ in 0..<(frames + 1) / 2 { transform.run() }
  }
}

/// The least power of two, or three times one, from `minimum` on: the lengths that FFTW's vector
/// code is fastest at (768 takes 1.4 µs where 720 takes 2.3).
private func fastLength(atLeast minimum: Int) -> Int {
  var power = 4
  while power < minimum { power *= 2 }
  return power / 4 * 3 >= minimum ? power / 4 * 3 : power
}
