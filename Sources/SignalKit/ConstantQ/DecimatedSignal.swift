/// A signal whose rate is halved from octave to octave, with room before and behind it for what frames
/// and filters read past its ends.
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

  /// Divides the rate by 2 to the `times`, by stages that keep what rings past the signal's end, as the
  /// resampler of librosa does.
  mutating func divide(_ times: Int, by stages: [RateHalving]) {
    let length = count
    for (index, stage) in stages.prefix(times).enumerated() {
      let isLast = index == times - 1
      halve(by: stage, count: isLast ? nil : (count + stage.reach + 1) / 2)
    }
    let factor = 1 << times
    let kept = (length + factor - 1) / factor
    (base + kept).update(repeating: 0, count: max(0, count - kept))
    count = kept
    // It makes as many samples as the rounded quotient says, and librosa adds a zero where one is missing.
    if length % factor > 0, length % factor < factor / 2 { base[kept - 1] = 0 }
  }

  /// Halves the rate: every second sample of the filtered signal, the first being the first.
  mutating func halve(by filter: RateHalving, count outputs: Int? = nil) {
    let outputs = outputs ?? (count + 1) / 2
    filter.run(base, count: outputs, into: halved.base + margin)
    swap(&samples, &halved)
    count = outputs
    halvings += 1
    surround { _, _ in 0 }
  }

  /// Calls `body` while padding stands before and behind the signal, and has zeros there again after it.
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
