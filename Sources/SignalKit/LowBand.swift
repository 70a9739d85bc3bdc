internal import CKernels
internal import Foundation

/// The energy of a signal below a low frequency, from a decimated copy of it.
///
/// The signal is filtered with a cubic B-spline of four blocks (four moving averages over a block,
/// one after the other) and one sample a block is kept. The filter's response
///
///     H(f) = (sin(pi f D / r) / (D sin(pi f / r)))^4,  D samples a block, rate r
///
/// is known exactly and divided out. It is zero at the multiples of the decimated rate, which is
/// eight or more times the limit, so that what folds back onto 0 ... limit is damped by 68 dB at
/// its edge and by far more elsewhere.
struct LowBand: ~Copyable {
  private let rate: Double
  private let limit: Double
  /// Samples of a block.
  private let length: Int
  /// The B-spline, 4 x length values with the sum 1.
  private let weights: [Float]
  /// The sums of its four parts: what a block of ones gives.
  private let ones: [Double]
  /// The four moments of each block of the signal.
  private var moments: [Float] = []
  private var blocks = 0
  private var count = 0
  /// What is left of a block until more of the signal comes.
  private var rest: [Float]
  private var restCount = 0
  private var transform: FourierTransform
  private var size = LowBand.minimumSize
  private var power = [Float](repeating: 0, count: LowBand.minimumSize / 2 + 1)
  private var scratch = [Float](repeating: 0, count: LowBand.minimumSize / 4 + 1)
  private static let minimumSize = 4_096

  init(sampleRate: Double, limit: Double) throws(SignalError) {
    transform = try FourierTransform(length: Self.minimumSize)
    rate = sampleRate
    self.limit = limit
    var length = 1
    while sampleRate / Double(2 * length) >= 8 * limit { length *= 2 }
    self.length = length
    let weights = Self.spline(length)
    self.weights = weights.map(Float.init)
    ones = (0..<4).map { part in weights[part * length..<(part + 1) * length].reduce(0, +) }
    rest = [Float](repeating: 0, count: length)
  }

  var byteCount: Int {
    weights.byteCount + ones.byteCount + moments.byteCount + rest.byteCount + transform.byteCount
      + power.byteCount + scratch.byteCount
  }

  /// Four boxes of `length` samples, convolved, with the sum 1; the last three of 4 x length are 0.
  private static func spline(_ length: Int) -> [Double] {
    var weights = [Double](repeating: 0, count: 4 * length)
    weights[0] = 1
    for _ in 0..<4 {
      var sum = 0.0
      let before = weights
      for index in weights.indices {
        sum += before[index] - (index >= length ? before[index - length] : 0)
        weights[index] = sum / Double(length)
      }
    }
    return weights
  }

  /// Begins a signal of `count` samples.
  mutating func begin(count: Int) {
    self.count = count
    blocks = 0
    restCount = 0
    let needed = 4 * (count / length + 1)
    if moments.count < needed { moments = [Float](repeating: 0, count: needed) }
  }

  /// Goes on with the signal.
  mutating func take(_ samples: UnsafeBufferPointer<Float>) {
    var samples = samples
    if restCount > 0 {
      let taken = min(length - restCount, samples.count)
      for index in 0..<taken { rest[restCount + index] = samples[index] }
      restCount += taken
      samples = UnsafeBufferPointer(rebasing: samples[taken...])
      if restCount < length { return }
      flush()
    }
    let whole = samples.count / length
    if whole > 0, let base = samples.baseAddress {
      moments.withUnsafeMutableBufferPointer { moments in
        guard let output = moments.baseAddress else { return }
        lathe_block_moments(base, weights, length, whole, output + 4 * blocks)
      }
      blocks += whole
    }
    for index in whole * length..<samples.count {
      rest[restCount] = samples[index]
      restCount += 1
    }
  }

  /// Adds the moments of the block in `rest`.
  private mutating func flush() {
    moments.withUnsafeMutableBufferPointer { moments in
      guard let output = moments.baseAddress else { return }
      lathe_block_moments(rest, weights, length, 1, output + 4 * blocks)
    }
    blocks += 1
    restCount = 0
  }

  /// Ends the signal: the energy (the sum of squares) of what is below the limit once `mean`, its
  /// mean, has been taken away.
  mutating func finish(mean: Double) throws(SignalError) -> Double {
    if count == 0 { return 0 }
    let tail = restCount
    if tail > 0 {
      for index in tail..<length { rest[index] = 0 }
      flush()
    }
    // The size depends on this signal alone, so that its figures don't on what was measured before.
    var needed = Self.minimumSize
    while needed < blocks + 3 { needed *= 2 }
    if size != needed {
      transform = try FourierTransform(length: needed)
      size = needed
      power = [Float](repeating: 0, count: size / 2 + 1)
      scratch = [Float](repeating: 0, count: size / 4 + 1)
    }
    fill(mean: mean, tail: tail)
    return energy()
  }

  /// Puts the decimated signal into the transform, the mean's own response taken away, and zeros
  /// behind it.
  private borrowing func fill(mean: Double, tail: Int) {
    let input = transform.input.base
    var partial = [Double](repeating: 0, count: 4)
    for part in 0..<4 where tail > 0 {
      for index in 0..<tail { partial[part] += Double(weights[part * length + index]) }
    }
    for output in 0..<blocks + 3 {
      var value = 0.0
      for part in 0..<4 {
        let block = output + part - 3
        guard block >= 0, block < blocks else { continue }
        let constant = block == blocks - 1 && tail > 0 ? partial[part] : ones[part]
        value += Double(moments[4 * block + part]) - mean * constant
      }
      input[output] = Float(value)
    }
    for index in blocks + 3..<size { input[index] = 0 }
  }

  /// The energy of the bins up to the limit, those but the first counted twice.
  private mutating func energy() -> Double {
    transform.runForward()
    lathe_power_of_half(
      transform.output.base, transform.twiddles.cosine.base, transform.twiddles.sine.base,
      size / 2, &power, &scratch)
    let step = rate / Double(length) / Double(size)
    var energy = Double(power[0])
    var bin = 1
    while Double(bin) * step < limit, bin < size / 2 {
      let angle = Double.pi * Double(bin) * step / rate
      let response = sin(angle * Double(length)) / (Double(length) * sin(angle))
      // |H|^2 of four boxes.
      let gain = response * response * response * response
      energy += 2 * Double(power[bin]) / (gain * gain)
      bin += 1
    }
    return energy * Double(length) / Double(size)
  }
}
