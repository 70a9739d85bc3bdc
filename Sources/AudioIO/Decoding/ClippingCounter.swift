/// Counts the samples of a file that are clipped: three or more in a row of one channel, at full
/// scale on the same side. One or two there are what a normalised peak looks like.
struct ClippingCounter {
  private static let minimumRun = 3
  /// Samples that are looked at together: few blocks of most music have one at full scale.
  private static let blockLength = 512

  /// The samples in such runs so far, over all channels.
  private(set) var count = 0
  /// The run that each channel is in, below zero on the negative side.
  private var runs: [Int]

  init(channels: Int) {
    runs = [Int](repeating: 0, count: channels)
  }

  /// The magnitude from which on a sample of an encoding is at full scale, as a float.
  static func fullScale(encoding: String) -> Float {
    switch encoding {
    case "PCM_S8", "PCM_U8": 127 / 128
    case "ULAW": 32_124 / 32_768
    case "ALAW": 32_256 / 32_768
    default: 32_767 / 32_768
    }
  }

  /// Goes on with whole frames of 16-bit samples, the channels interleaved.
  mutating func take(_ samples: Span<Int16>) {
    forBlocks(of: samples.count) { counter, range in
      // Minima and maxima of integers are vector instructions on every processor.
      let block = samples.extracting(range)
      var (lowest, highest): (Int16, Int16) = (0, 0)
      for index in block.indices {
        lowest = min(lowest, block[index])
        highest = max(highest, block[index])
      }
      if lowest > -.max, highest < .max { return counter.endAll() }
      var channel = 0
      for index in range {
        let sample = samples[index]
        counter.take(side: sample == .max ? 1 : sample <= -.max ? -1 : 0, &channel)
      }
    }
  }

  /// Goes on with whole frames of floats, the channels interleaved.
  mutating func take(_ samples: Span<Float>, fullScale: Float) {
    forBlocks(of: samples.count) { counter, range in
      // Magnitudes order like the integers that their bits are.
      let block = samples.extracting(range)
      var highest: UInt32 = 0
      for index in block.indices { highest = max(highest, block[index].bitPattern << 1) }
      if highest < fullScale.bitPattern << 1 { return counter.endAll() }
      var channel = 0
      for index in range {
        let sample = samples[index]
        counter.take(side: sample >= fullScale ? 1 : sample <= -fullScale ? -1 : 0, &channel)
      }
    }
  }

  /// Ends the runs that the last samples are in.
  mutating func finish() { endAll() }

  /// Blocks of whole frames; each is looked at as a whole first, which is a few instructions.
  private mutating func forBlocks(
    of count: Int, _ body: (inout ClippingCounter, Range<Int>) -> Void
  ) {
    let length = Self.blockLength / runs.count * runs.count
    var start = 0
    while start < count {
      let end = min(start + length, count)
      body(&self, start..<end)
      start = end
    }
  }

  /// One sample of a channel: 1 and -1 at full scale, 0 elsewhere.
  private mutating func take(side: Int, _ channel: inout Int) {
    if side == 0 || (runs[channel] != 0 && (runs[channel] > 0) != (side > 0)) { end(channel) }
    runs[channel] += side
    channel = channel + 1 == runs.count ? 0 : channel + 1
  }

  private mutating func endAll() {
    for channel in runs.indices { end(channel) }
  }

  private mutating func end(_ channel: Int) {
    let length = abs(runs[channel])
    if length >= Self.minimumRun { count += length }
    runs[channel] = 0
  }
}
