internal import CFFTW
internal import Foundation

/// FFTW's planner is not thread-safe; running a plan is.
private let planner = NSLock()

private func noPlan(length: Int) -> SignalError {
  SignalError("FFT of length \(length)", "FFTW has no plan", hint: "choose another length")
}

/// The angles 2 pi k / length for k = 0 ... length / 2, as cosine and sine.
private func twiddles(length: Int) -> [(cosine: Double, sine: Double)] {
  (0...length / 2).map { k in
    let angle = 2 * Double.pi * Double(k) / Double(length)
    return (cos(angle), sin(angle))
  }
}

/// The transform of `length` reals by a complex transform of half that length, in single precision:
/// for log-mel pictures, where 1e-6 of relative error is far below a decibel's thousandth.
///
/// Plans are made with FFTW's estimate mode, which chooses without timing anything, so that every
/// run takes the same path and gives the same bytes.
struct FourierTransform: ~Copyable {
  let length: Int
  private let forward: fftwf_plan
  private let backward: fftwf_plan
  let cosine: AlignedBuffer<Float>
  let sine: AlignedBuffer<Float>
  /// `length` floats that a caller fills before `runForward` or `runBackward`.
  let input: AlignedBuffer<Float>
  /// `length` floats that the run leaves behind.
  let output: AlignedBuffer<Float>

  init(length: Int) throws(SignalError) {
    self.length = length
    input = AlignedBuffer(count: length)
    output = AlignedBuffer(count: length)
    cosine = AlignedBuffer(count: length / 2 + 1)
    sine = AlignedBuffer(count: length / 2 + 1)
    for (k, angle) in twiddles(length: length).enumerated() {
      cosine.base[k] = Float(angle.cosine)
      sine.base[k] = Float(angle.sine)
    }
    let source = UnsafeMutableRawPointer(input.base).assumingMemoryBound(to: fftwf_complex.self)
    let target = UnsafeMutableRawPointer(output.base).assumingMemoryBound(to: fftwf_complex.self)
    let plans = planner.withLock {
      (
        fftwf_plan_dft_1d(Int32(length / 2), source, target, FFTW_FORWARD, UInt32(FFTW_ESTIMATE)),
        fftwf_plan_dft_1d(Int32(length / 2), source, target, FFTW_BACKWARD, UInt32(FFTW_ESTIMATE))
      )
    }
    guard let forward = plans.0, let backward = plans.1 else {
      throw noPlan(length: length)
    }
    self.forward = forward
    self.backward = backward
  }

  deinit {
    let plans = (forward, backward)
    planner.withLock {
      fftwf_destroy_plan(plans.0)
      fftwf_destroy_plan(plans.1)
    }
  }

  func runForward() { fftwf_execute(forward) }
  func runBackward() { fftwf_execute(backward) }
}

/// The same in double precision, forward only: for the features, whose roll-off and tuning turn on
/// the last bits of a float magnitude, as librosa's do, which transforms in double too.
struct DoubleFourierTransform: ~Copyable {
  let length: Int
  private let forward: fftw_plan
  let cosine: AlignedBuffer<Double>
  let sine: AlignedBuffer<Double>
  let input: AlignedBuffer<Double>
  let output: AlignedBuffer<Double>

  init(length: Int) throws(SignalError) {
    self.length = length
    input = AlignedBuffer(count: length)
    output = AlignedBuffer(count: length)
    cosine = AlignedBuffer(count: length / 2 + 1)
    sine = AlignedBuffer(count: length / 2 + 1)
    for (k, angle) in twiddles(length: length).enumerated() {
      cosine.base[k] = angle.cosine
      sine.base[k] = angle.sine
    }
    let source = UnsafeMutableRawPointer(input.base).assumingMemoryBound(to: fftw_complex.self)
    let target = UnsafeMutableRawPointer(output.base).assumingMemoryBound(to: fftw_complex.self)
    let plan = planner.withLock {
      fftw_plan_dft_1d(Int32(length / 2), source, target, FFTW_FORWARD, UInt32(FFTW_ESTIMATE))
    }
    guard let plan else {
      throw noPlan(length: length)
    }
    forward = plan
  }

  deinit {
    let plan = forward
    planner.withLock { fftw_destroy_plan(plan) }
  }

  func runForward() { fftw_execute(forward) }
}

/// A complex transform in double, for lengths that need not be a power of two.
struct ComplexTransform: ~Copyable {
  private let plan: fftw_plan
  /// `length` complex numbers, real and imaginary parts side by side.
  let input: AlignedBuffer<Double>
  let output: AlignedBuffer<Double>

  init(length: Int) throws(SignalError) {
    input = AlignedBuffer(count: 2 * length)
    output = AlignedBuffer(count: 2 * length)
    let source = UnsafeMutableRawPointer(input.base).assumingMemoryBound(to: fftw_complex.self)
    let target = UnsafeMutableRawPointer(output.base).assumingMemoryBound(to: fftw_complex.self)
    let plan = planner.withLock {
      fftw_plan_dft_1d(Int32(length), source, target, FFTW_FORWARD, UInt32(FFTW_ESTIMATE))
    }
    guard let plan else {
      throw noPlan(length: length)
    }
    self.plan = plan
  }

  deinit {
    let plan = plan
    planner.withLock { fftw_destroy_plan(plan) }
  }

  func run() { fftw_execute(plan) }
}
