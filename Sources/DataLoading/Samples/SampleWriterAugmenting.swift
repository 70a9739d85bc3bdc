internal import CKernels
internal import Corpus

/// Rows that are augmented, in float32.
extension SampleWriter {
  func writeAugmented(
    _ draw: Draw, epoch: Int, to output: UnsafeMutablePointer<Float>,
    distribution: UnsafeMutablePointer<Float>?
  ) throws(SampleError) {
    let streams = streams(of: draw, epoch, .sample)
    try unsafe load(draw.sample, streams, to: output)
    if let mixup = augmentation.mixup {
      try unsafe mix(mixup, draw, epoch, into: output, distribution)
    }
    if let masks = augmentation.specAugment {
      unsafe cover(output, masks, streams)
    }
  }

  func streams(
    of draw: Draw, _ epoch: Int, _ role: AugmentationStreams.Role
  ) -> AugmentationStreams {
    AugmentationStreams(
      seed: seed, epoch: epoch, sample: firstNumber + draw.sample, pass: draw.pass, role: role)
  }

  /// A sample with all that is done to it alone, but for the masks.
  func load(
    _ sample: Int, _ streams: AugmentationStreams, to output: UnsafeMutablePointer<Float>
  ) throws(SampleError) {
    let factor = factor(streams)
    let shift = shift(streams)
    let rate = rate(streams)
    // How many numbers are read, and how many of them before the position that is drawn or kept.
    let before = rate == nil ? 0 : SpeedTables.before
    let length = rate.map { stretchLength(at: $0) } ?? elements
    let count = rate == nil ? length : length + SpeedTables.taps
    try unsafe read(
      sample,
      reaching: { window in
        let first = start(of: length, window, streams) - before
        return first..<first + count
      },
      { track, window in
        if let rate {
          unsafe resample(track, window, rate, streams, factor, shift, to: output)
        } else {
          unsafe copy(track, window, streams, factor, shift, to: output)
        }
      })
    if let noise = augmentation.noise { unsafe add(noise, streams, to: output) }
  }

  /// What level and polarity multiply a sample by.
  private func factor(_ streams: AugmentationStreams) -> Float {
    var factor: Float = 1
    if let gain = augmentation.gain {
      var generator = streams.generator(.gain)
      factor = Float(Elementary.amplitude(decibels: generator.number(in: gain.decibels)))
    }
    if let polarity = augmentation.polarity {
      var generator = streams.generator(.polarity)
      if generator.fraction() < polarity.probability { factor = -factor }
    }
    return factor
  }

  /// By how many elements each row is rotated forwards: 0 up to its length.
  private func shift(_ streams: AugmentationStreams) -> Int {
    guard let circularShift = augmentation.circularShift else { return 0 }
    let most = Int(circularShift.share * Double(form.columns))
    var generator = streams.generator(.shift)
    let shift = Int(generator.next(below: UInt64(2 * most + 1))) - most
    return shift < 0 ? shift + form.columns : shift % form.columns
  }

  /// The drawn speed, or nil where that is 1.
  private func rate(_ streams: AugmentationStreams) -> SpeedTables.Rate? {
    guard !speedTables.rates.isEmpty else { return nil }
    var generator = streams.generator(.speed)
    let rate = speedTables.rates[Int(generator.next(below: UInt64(speedTables.rates.count)))]
    return rate.step == rate.phases ? nil : rate
  }

  /// Where in its track a window of `length` numbers begins: anywhere, or around the same middle.
  private func start(
    of length: Int, _ window: SampleWindow, _ streams: AugmentationStreams
  ) -> Int {
    let last = max(0, window.trackElements - length)
    guard augmentation.randomCrop != nil, window.isSignal else {
      return min(last, max(0, window.elements.lowerBound + (elements - length) / 2))
    }
    var generator = streams.generator(.crop)
    return Int(generator.next(below: UInt64(last) + 1))
  }

  private func copy(
    _ track: UnsafeRawPointer, _ window: SampleWindow, _ streams: AugmentationStreams,
    _ factor: Float, _ shift: Int, to output: UnsafeMutablePointer<Float>
  ) {
    let first = start(of: elements, window, streams)
    let columns = form.columns
    for row in 0..<form.pictures * form.rows {
      let index = first + row * columns
      let split = columns - shift
      let floats = unsafe output + row * columns
      unsafe Self.convert(
        track + index * window.type.size, window.type, split, factor: factor, to: floats + shift)
      unsafe Self.convert(
        track + (index + split) * window.type.size, window.type, shift, factor: factor, to: floats)
    }
  }

  /// How many numbers of a track the outputs at a speed begin at or after one another.
  private func stretchLength(at rate: SpeedTables.Rate) -> Int {
    (elements - 1) * rate.step / rate.phases + 1
  }

  private func resample(
    _ track: UnsafeRawPointer, _ window: SampleWindow, _ rate: SpeedTables.Rate,
    _ streams: AugmentationStreams, _ factor: Float, _ shift: Int,
    to output: UnsafeMutablePointer<Float>
  ) {
    let length = stretchLength(at: rate)
    let first = start(of: length, window, streams) - SpeedTables.before
    // One number more than the last output's whole position: it may lie between two.
    let count = length + SpeedTables.taps
    let low = min(max(0, -first), count)
    let high = max(low, min(count, window.trackElements - first))
    unsafe stretch.floats.update(repeating: 0, count: low)
    unsafe Self.convert(
      track + (first + low) * window.type.size, window.type, high - low, factor: factor,
      to: stretch.floats + low)
    unsafe (stretch.floats + high).update(repeating: 0, count: count - high)
    let weights = unsafe UnsafePointer(speedTables.weights.floats + rate.offset)
    let split = elements - shift
    unsafe lathe_resample(
      stretch.floats, weights, rate.phases, rate.step, 0, output + shift, split)
    let (whole, phase) = (split * rate.step).quotientAndRemainder(dividingBy: rate.phases)
    unsafe lathe_resample(
      stretch.floats + whole, weights, rate.phases, rate.step, phase, output, shift)
  }

  private func add(
    _ noise: Augmentation.Noise, _ streams: AugmentationStreams,
    to output: UnsafeMutablePointer<Float>
  ) {
    var generator = streams.generator(.noise)
    guard generator.fraction() < noise.probability else { return }
    let ratio = Elementary.amplitude(decibels: -generator.number(in: noise.decibels))
    let power = unsafe lathe_sum_of_squares(output, elements) / Double(elements)
    let deviation = Float(power.squareRoot() * ratio)
    guard deviation > 0 else { return }
    unsafe lathe_add_normal_noise(
      seed, streams.stream(.noiseSignal), deviation, output, elements)
  }
}
