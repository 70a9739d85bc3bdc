import Corpus
import DataLoading

/// Sides to be predicted, as the frames of ``BatchStream``: each in order, as they are, all of
/// epoch 1.
struct SideStream: FrameSource {
  private let sides: [TrainingSource.Side]
  private let record: RunRecord
  private var sideIndex = 0
  private var index = 0
  private var open: Loader?

  /// The sides, in batches of the size of a run's and normalised as there.
  init(_ sides: [TrainingSource.Side], of record: RunRecord) {
    self.sides = sides
    self.record = record
  }

  mutating func next() throws(TrainingError) -> [UInt8]? {
    guard sideIndex < sides.count else { return nil }
    let side = sides[sideIndex]
    if open == nil {
      var configuration = LoaderConfiguration()
      configuration.batchSize = record.batchSize
      configuration.shuffle = false
      configuration.epochs = 1
      configuration.threads = 1
      configuration.normalisation = record.normalisation
      open = try inLoading { () throws(LoadingError) in
        try Loader(side.samples, configuration: configuration)
      }
    }
    guard let loader = open,
      let batch = try inLoading({ () throws(LoadingError) in try loader.next() })
    else { return nil }
    let frame = try BatchFrame.bytes(
      batch, side: side.name, epoch: 1, index: index, labels: record.labels.count)
    index += 1
    if batch.endsEpoch { (sideIndex, index, open) = (sideIndex + 1, 0, nil) }
    return frame
  }
}
