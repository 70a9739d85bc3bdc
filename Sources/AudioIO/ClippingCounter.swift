/// Counts the samples of a file that are clipped: three or more in a row of one channel, at full scale
/// on the same side. One or two there are what a normalised peak looks like.
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

  /// Goes on with whole frames, the channels interleaved.
  mutating func take<Sample: Comparable & SignedNumeric>(
    _ samples: Span<Sample>, fullScale: Sample
  ) {
    let block = Self.blockLength / runs.count * runs.count
    var start = 0
    while start < samples.count {
      let part = samples.extracting(start..<min(start + block, samples.count))
      start += part.count
      if Self.isQuiet(part, fullScale) {
        for channel in runs.indices { end(channel) }
      } else {
        takeLoud(part, fullScale)
      }
    }
  }

  /// Ends the runs that the last samples are in.
  mutating func finish() {
    for channel in runs.indices { end(channel) }
  }

  private static func isQuiet<Sample: Comparable & SignedNumeric>(
    _ samples: Span<Sample>, _ fullScale: Sample
  ) -> Bool {
    var loud: Int32 = 0
    for index in samples.indices {
      loud &+= samples[index] >= fullScale || samples[index] <= -fullScale ? 1 : 0
    }
    return loud == 0
  }

  private mutating func takeLoud<Sample: Comparable & SignedNumeric>(
    _ samples: Span<Sample>, _ fullScale: Sample
  ) {
    var channel = 0
    for index in samples.indices {
      let sample = samples[index]
      if sample >= fullScale {
        if runs[channel] < 0 { end(channel) }
        runs[channel] += 1
      } else if sample <= -fullScale {
        if runs[channel] > 0 { end(channel) }
        runs[channel] -= 1
      } else if runs[channel] != 0 {
        end(channel)
      }
      channel = channel + 1 == runs.count ? 0 : channel + 1
    }
  }

  private mutating func end(_ channel: Int) {
    let length = abs(runs[channel])
    if length >= Self.minimumRun { count += length }
    runs[channel] = 0
  }
}
