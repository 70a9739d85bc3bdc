import CSoxr

/// One channel brought from one sample rate to another by soxr, quality HQ (20 bits, the quality
/// that librosa's default `soxr_hq` names), piece by piece.
@safe struct Resampler: ~Copyable {
  private let handle: soxr_t
  private let ratio: Double
  private let path: String

  /// - Throws: ``AudioError`` of the kind library when soxr refuses.
  init(from source: Int, to target: Int, path: String) throws(AudioError) {
    var format = unsafe soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I)
    var quality = unsafe soxr_quality_spec(UInt(SOXR_HQ), 0)
    var runtime = unsafe soxr_runtime_spec(1)
    var error: soxr_error_t?
    guard
      let handle = unsafe soxr_create(
        Double(source), Double(target), 1, &error, &format, &quality, &runtime)
    else {
      let words = unsafe error.map { unsafe String(cString: $0) } ?? "no memory"
      throw AudioError(.library, "resample", path, detail: "cannot be resampled (soxr: \(words))")
    }
    unsafe self.handle = unsafe handle
    ratio = Double(target) / Double(source)
    self.path = path
  }

  deinit {
    unsafe soxr_delete(handle)
  }

  /// Takes in `input` and appends what can be given out.
  mutating func process(_ input: [Float], into output: inout [Float]) throws(AudioError) {
    var taken = 0
    while taken < input.count {
      let used = try unsafe input.withUnsafeBufferPointer { (buffer) throws(AudioError) in
        let rest = unsafe UnsafeBufferPointer(rebasing: buffer[taken...])
        return try unsafe step(rest.baseAddress, rest.count, into: &output).used
      }
      taken += used
    }
  }

  /// Appends what is still held back; nothing may be taken in afterwards.
  mutating func finish(into output: inout [Float]) throws(AudioError) {
    while try unsafe step(nil, 0, into: &output).made > 0 {}
  }

  private func step(
    _ input: UnsafePointer<Float>?, _ count: Int, into output: inout [Float]
  ) throws(AudioError) -> (used: Int, made: Int) {
    let room = Int(Double(count) * ratio) + 4_096
    var used = 0
    var made = 0
    var error: soxr_error_t?
    let piece = unsafe [Float](unsafeUninitializedCapacity: room) { buffer, initialized in
      unsafe error = unsafe soxr_process(
        handle, input, count, &used, buffer.baseAddress, buffer.count, &made)
      initialized = made
    }
    if let words = unsafe error {
      throw AudioError(
        .library, "resample", path,
        detail: "cannot be resampled (soxr: \(unsafe String(cString: words)))")
    }
    output.append(contentsOf: piece)
    return (used, made)
  }
}
