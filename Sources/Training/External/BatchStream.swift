import Corpus
import DataLoading
import Safetensors

/// The batches of a training as frames for a trainer's standard input.
///
///     8 bytes   length of what follows, little-endian
///     a safetensors buffer of
///       inputs               F32 [count, axes of a sample], normalised and, of the training side, augmented
///       labels               I64 [count]
///       tracks, slices       I64 [count]
///       label_distributions  F32 [count, labels], where mixup is on or a sample may have several labels
///       __metadata__         side, epoch (from 1), index (of the batch in its side and epoch, from 0),
///                            endsEpoch ("true" for the last of its side and epoch, else "false")
///
/// Each epoch has all batches of the training side, in an order of its own, then those of the
/// selection side and of the test side, in the samples' order. The input ends after the last epoch.
struct BatchStream: FrameSource {
  private let sides: [(name: String, source: any SampleSource)]
  private let record: RunRecord
  private var training: Loader?
  private var evaluation: Loader?
  /// Which of the sides comes next.
  private var sideIndex = 0
  private var epoch = 1
  private var index = 0

  /// The batches of a training; the record's seed, batch size, augmentation and normalisation make
  /// them.
  init(_ training: ExternalTraining) {
    record = training.run.record
    let names = [record.sides.training, record.sides.selection, record.sides.test]
    sides = names.compactMap(\.self).compactMap { name in
      training.samples(of: name).map { (name, $0) }
    }
  }

  /// The next frame; nil after the last.
  /// - Throws: ``TrainingError`` `.data` where samples cannot be read.
  mutating func next() throws(TrainingError) -> [UInt8]? {
    guard epoch <= record.epochs, sideIndex < sides.count else { return nil }
    let side = sides[sideIndex].name
    let open = try inLoading { () throws(LoadingError) in try loader() }
    guard let batch = try inLoading({ () throws(LoadingError) in try open.next() }) else {
      return nil
    }
    let frame = try BatchFrame.bytes(
      batch, side: side, epoch: epoch, index: index, labels: record.labels.count)
    index += 1
    if batch.endsEpoch { advance() }
    return frame
  }

  private mutating func advance() {
    index = 0
    evaluation = nil
    sideIndex += 1
    if sideIndex == sides.count { (sideIndex, epoch) = (0, epoch + 1) }
  }

  private mutating func loader() throws(LoadingError) -> Loader {
    if let open = sideIndex == 0 ? training : evaluation { return open }
    var configuration = LoaderConfiguration()
    configuration.batchSize = record.batchSize
    configuration.seed = record.seed
    configuration.shuffle = sideIndex == 0
    configuration.epochs = sideIndex == 0 ? record.epochs : 1
    // The trainer needs the processors more.
    configuration.threads = 1
    configuration.normalisation = record.normalisation
    if sideIndex == 0 { configuration.augmentation = record.augmentation }
    let made = try Loader(sides[sideIndex].source, configuration: configuration)
    if sideIndex == 0 { training = made } else { evaluation = made }
    return made
  }

}

/// One batch as a frame.
enum BatchFrame {
  /// The bytes of a frame, its length before it.
  /// - Parameters:
  ///   - epoch: from 1.
  ///   - index: of the batch in its side and epoch, from 0.
  ///   - labels: how many labels the run has.
  /// - Throws: ``TrainingError`` `.system`.
  static func bytes(
    _ batch: borrowing Batch, side: String, epoch: Int, index: Int, labels: Int
  ) throws(TrainingError) -> [UInt8] {
    let facts = [
      "side": side, "epoch": "\(epoch)", "index": "\(index)", "endsEpoch": "\(batch.endsEpoch)",
    ]
    do throws(TensorError) {
      return try bytes(batch, facts, labels: labels)
    } catch {
      throw TrainingError(kind: .system, subject: "a batch of \(side)", detail: error.detail)
    }
  }

  private static func bytes(
    _ batch: borrowing Batch, _ facts: [String: String], labels: Int
  ) throws(TensorError) -> [UInt8] {
    let count = batch.count
    var tensors = [
      Tensor("inputs", shape: batch.shape, array(batch.floats)),
      Tensor("labels", shape: [count], array(batch.labels)),
      Tensor("tracks", shape: [count], array(batch.tracks)),
      Tensor("slices", shape: [count], array(batch.slices)),
    ]
    if batch.labelDistributions.count > 0 {
      tensors.append(
        Tensor(
          "label_distributions", shape: [count, labels],
          array(batch.labelDistributions)))
    }
    let value = try SafetensorsWriter(tensors: tensors, metadata: facts)
    let length = UInt64(value.byteCount)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + value.bytes()
  }

  private static func array<Number: BitwiseCopyable>(_ numbers: Span<Number>) -> [Number] {
    numbers.withUnsafeBufferPointer { Array($0) }
  }
}
