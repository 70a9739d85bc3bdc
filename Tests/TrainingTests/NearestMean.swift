import Corpus
import DataLoading
import Safetensors
import Training

/// Takes a sample for the label whose training samples have the nearest mean.
final class NearestMean: Trainer {
  static let kind = TrainerKind(
    "nearest-mean", views: ["features"],
    defaults: TrainingDefaults(epochs: 1, normalisation: .first)
  ) { NearestMean($0) }
  let inputs: Int
  var sums: [[Float]]  // of each label; the last number is how many samples

  init(_ setting: TrainerSetting) {
    inputs = setting.sampleShape[0]
    sums = setting.labels.map { _ in [Float](repeating: 0, count: setting.sampleShape[0] + 1) }
  }
  var parameterCount: Int { sums.count * inputs }
  func train(on batch: borrowing Batch, at _: TrainingMoment) throws(TrainingError) -> StepResult {
    for row in 0..<batch.count {
      let label = Int(batch.labels[row])
      for (i, number) in (batch.sample(row) + [1]).enumerated() { sums[label][i] += number }
    }
    return StepResult(loss: 0, correct: 0)
  }
  func predict(_ batch: borrowing Batch, into result: inout [Float]) throws(TrainingError) {
    for row in 0..<batch.count {
      let sample = batch.sample(row)
      let distances = sums.map { sum in
        zip(sample, sum).reduce(0) {
          $0 + ($1.0 - $1.1 / sum[inputs]) * ($1.0 - $1.1 / sum[inputs])
        }
      }
      result += distances.map { $0 == distances.min() ? 1 : 0 }
    }
  }
  func weights() -> [Tensor] {
    [Tensor("sums", shape: [sums.count, inputs + 1], sums.flatMap { $0 })]
  }
  func restore(weights: TensorFile) throws(TrainingError) {
    let all = try weights.floats("sums", shape: [sums.count, inputs + 1])
    for label in sums.indices {
      sums[label] = Array(all.dropFirst(label * (inputs + 1)).prefix(inputs + 1))
    }
  }
}
