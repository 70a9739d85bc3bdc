import Safetensors
import Training

@testable import Networks

/// The largest of every `window` neighbouring positions; what is left at the end is dropped.
///
/// Equals `torch.nn.MaxPool1d(window)`: the gradient goes to the first of equals.
final class MaximumPooling1d: Layer {
  let outputShape: [Int]
  private let channels: Int
  private let length: Int
  private let window: Int
  private var output: FloatStorage?
  private var inputGradient: FloatStorage?
  private var choices: [Int32] = []

  /// - Throws: ``TrainingError/Kind/configuration`` where not one window fits.
  init(channels: Int, length: Int, window: Int) throws(TrainingError) {
    guard 1...max(1, length) ~= window else {
      throw TrainingError(
        kind: .configuration, subject: "pooling",
        detail: "windows of \(window) do not fit into \(length) positions",
        hint: "give smaller kernels, strides or pooling, or longer slices")
    }
    self.channels = channels
    self.length = length
    self.window = window
    outputShape = [channels, length / window]
  }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    try output.reserve(rows * outputCount)
    guard training else { return }
    try inputGradient.reserve(rows * channels * length)
    if choices.count < rows * outputCount {
      choices = Array(repeating: 0, count: rows * outputCount)
    }
  }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    let output = output.start
    let pooled = length / window
    choices.withUnsafeMutableBufferPointer { choices in
      let choices = pass.isTraining ? choices.baseAddress : nil
      pass.team.divide(rows * channels) { sequences in
        for sequence in sequences {
          let values = input + sequence * length
          for index in 0..<pooled {
            var best = index * window
            // A NaN stays one.
            for candidate in best..<best + window
            where values[candidate] > values[best] || values[candidate].isNaN {
              best = candidate
            }
            output[sequence * pooled + index] = values[best]
            choices?[sequence * pooled + index] = Int32(best)
          }
        }
      }
    }
    return output
  }

  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? {
    guard needsInput else { return nil }
    let result = inputGradient.start
    let pooled = length / window
    choices.withUnsafeBufferPointer { choices in
      pass.team.divide(rows * channels) { sequences in
        for sequence in sequences {
          (result + sequence * length).update(repeating: 0, count: length)
          for index in sequence * pooled..<(sequence + 1) * pooled {
            result[sequence * length + Int(choices[index])] = gradient[index]
          }
        }
      }
    }
    return result
  }

  func choices(rows: Int) -> [Tensor] {
    let pooled = length / window
    let taps = choices.prefix(rows * outputCount).enumerated().map {
      $0.element - Int32($0.offset % pooled * window)
    }
    return [Choice.taps([rows] + outputShape, taps)]
  }
}
