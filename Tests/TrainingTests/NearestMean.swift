import Corpus
import DataLoading
import Safetensors
import Training

/// Takes a sample for the label whose training samples have the nearest mean.
final class NearestMean: Trainer {
  static let kind = TrainerKind(
    "nearest-mean", views: ["features"],
    defaults: TrainingDefaults(epochs: 1, normalisation: .first), make: NearestMean.init)
  var sums: [[Float]]  // of each label; the last number is how many samples

  init(_ setting: TrainerSetting) {
    sums = setting.labels.map { _ in Array(repeating: 0, count: setting.sampleShape[0] + 1) }
  }
  func train(on batch: borrowing Batch, at _: TrainingMoment) -> StepResult {
    for row in 0..<batch.count {
      let label = Int(batch.labels[row])
      sums[label] = zip(sums[label], batch.sample(row) + [1]).map(+)
    }
    return StepResult()
  }
  func predict(_ batch: borrowing Batch, into probabilities: inout [Float]) {
    for row in 0..<batch.count {
      let sample = batch.sample(row)
      let distances = sums.map { sum in
        zip(sample, sum).map { $0 - $1 / sum[sample.count] }.reduce(0) { $0 + $1 * $1 }
      }
      probabilities += distances.map { $0 == distances.min() ? 1 : 0 }
    }
  }
  func weights() -> [Tensor] { [Tensor("sums", rows: sums)] }
  func restore(weights: TensorFile) throws(TrainingError) {
    sums = try weights.rows("sums", like: sums)
  }
}
