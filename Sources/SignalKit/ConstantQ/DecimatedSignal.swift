/// A signal whose rate is halved from octave to octave, with room before and behind it for what
/// frames and filters read past its ends.
struct DecimatedSignal: ~Copyable {
  /// Samples at the present rate.
  private(set) var count = 0
  /// How often the rate was halved.
  private(set) var halvings = 0
  private let margin: Int
  private var samples = AlignedBuffer<Float>(count: 0)
  private var halved = AlignedBuffer<Float>(count: 0)

  /// `margin`: how far frames reach past an end.
  init(margin: Int) {
    self.margin = (max(margin, RateHalving.margin) + 15) / 16 * 16
  }

  /// The first sample.
  var base: UnsafeMutablePointer<Float> { samples.base + margin }

  var byteCount: Int { samples.byteCount + halved.byteCount }

  /// Begins with another signal at its full rate.
  mutating func begin(_ signal: UnsafeBufferPointer<Float>) {
    count = signal.count
    halvings = 0
    // What rings on behind a short signal can be longer than the signal itself.
    samples.reserve(count + 3 * margin)
    halved.reserve(count + 3 * margin)
    if let source = signal.baseAddress { base.update(from: source, count: count) }
    surround { _, _ in 0 }
  }

  /// Halves the rate once a stage: every second sample of the filtered signal, the first being
  /// the first. What rings on behind the signal's end goes through all stages, and what would
  /// ring before its beginning through none, as in the resampler of librosa.
  mutating func divide(by stages: [RateHalving]) {
    let factor = 1 << stages.count
    let (whole, rest) = count.quotientAndRemainder(dividingBy: factor)
    let kept = whole + (rest > 0 ? 1 : 0)
    for (index, stage) in stages.enumerated() {
      let outputs = index == stages.count - 1 ? kept : (count + stage.reach + 1) / 2
      stage.run(base, count: outputs, into: halved.base + margin)
      swap(&samples, &halved)
      count = outputs
      surround { _, _ in 0 }
    }
    halvings += stages.count
    // It rounds the number of samples, and librosa adds a zero where one is missing.
    if rest > 0, rest < factor / 2 { base[kept - 1] = 0 }
  }

  /// Calls `body` while padding stands before and behind the signal, and has zeros there again
  /// after it.
  mutating func withPadding(_ padding: Padding, _ body: (UnsafePointer<Float>) -> Void) {
    if padding == .zero { return body(base) }
    surround(padding.value(at:outside:))
    body(base)
    surround { _, _ in 0 }
  }

  private func surround(_ value: (Int, UnsafeBufferPointer<Float>) -> Float) {
    let signal = UnsafeBufferPointer(start: base, count: count)
    for position in -margin..<0 { base[position] = value(position, signal) }
    for position in count..<count + margin { base[position] = value(position, signal) }
  }
}
