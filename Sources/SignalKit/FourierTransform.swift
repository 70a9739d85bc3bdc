internal import CFFTW
internal import Foundation

/// FFTW's planner is not thread-safe; running a plan is.
private let planner = NSLock()

// Plans are made with FFTW's estimate mode, which chooses without timing anything, so that every
// run takes the same path and gives the same bytes.

private func noPlan(length: Int) -> SignalError {
  SignalError("FFT of length \(length)", "FFTW has no plan", hint: "choose another length")
}

/// The transform of `length` reals by a complex transform of half that length, forward and
/// backward, in single precision: for log-mel pictures and for synthesis, where 1e-6 of relative
/// error is far below what can be seen or heard.
struct FourierTransform: ~Copyable {
  private let forward: fftwf_plan
  private let backward: fftwf_plan
  let twiddles: Twiddles<Float>
  /// `length` floats that a caller fills before `runForward` or `runBackward`.
  let input: AlignedBuffer<Float>
  /// `length` floats that the run leaves behind.
  let output: AlignedBuffer<Float>

  init(length: Int) throws(SignalError) {
    input = AlignedBuffer(count: length)
    output = AlignedBuffer(count: length)
    twiddles = Twiddles(length: length)
    let source = UnsafeMutableRawPointer(input.base).assumingMemoryBound(to: fftwf_complex.self)
    let target = UnsafeMutableRawPointer(output.base).assumingMemoryBound(to: fftwf_complex.self)
    let plans = planner.withLock {
      (
        fftwf_plan_dft_1d(Int32(length / 2), source, target, FFTW_FORWARD, UInt32(FFTW_ESTIMATE)),
        fftwf_plan_dft_1d(Int32(length / 2), source, target, FFTW_BACKWARD, UInt32(FFTW_ESTIMATE))
      )
    }
    guard let forward = plans.0, let backward = plans.1 else { throw noPlan(length: length) }
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

  /// Bytes of its buffers and twiddles; what FFTW keeps of a plan is not among them.
  var byteCount: Int { input.byteCount + output.byteCount + twiddles.byteCount }

  func runForward() { fftwf_execute(forward) }
  /// Transforms `other`, as many floats at the start of a cache line, in place of ``input``.
  func runForward(of other: borrowing AlignedBuffer<Float>) {
    let source = UnsafeMutableRawPointer(other.base).assumingMemoryBound(to: fftwf_complex.self)
    let target = UnsafeMutableRawPointer(output.base).assumingMemoryBound(to: fftwf_complex.self)
    fftwf_execute_dft(forward, source, target)
  }
  func runBackward() { fftwf_execute(backward) }
}

/// The complex transform of any length in double precision, forward: for the features, whose
/// roll-off and tuning turn on the last bits of a float magnitude, as librosa's do, which
/// transforms in double too.
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
    guard let plan else { throw noPlan(length: length) }
    self.plan = plan
  }

  deinit {
    let plan = plan
    planner.withLock { fftw_destroy_plan(plan) }
  }

  var byteCount: Int { input.byteCount + output.byteCount }

  func run() { fftw_execute(plan) }
}
