import Training

/// Turns signals whose channels lie side by side, [instants, channels], into [channels, instants].
final class ChannelsApart: Layer {
  let outputShape: [Int]
  private let channels: Int
  private let length: Int
  private var result: FloatStorage?

  init(channels: Int, length: Int) {
    outputShape = [channels, length]
    self.channels = channels
    self.length = length
  }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    try result.reserve(rows * outputCount)
  }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    let result = result.start
    pass.team.share(rows) { _, row in
      let signal = input + row * outputCount
      for channel in 0..<channels {
        let output = result + row * outputCount + channel * length
        for instant in 0..<length { output[instant] = signal[instant * channels + channel] }
      }
    }
    return result
  }

  /// Nothing before it learns.
  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? {
    nil
  }
}
