/// What is known of batches, however they are made.
public protocol BatchSource: Sendable {
  /// What was asked for.
  var configuration: LoaderConfiguration { get }
  /// The names of the labels, in byte order; of several sources all of theirs.
  var labels: [String] { get }
  /// Whether batches bring the weight of each label: labels are mixed, or may be several.
  var hasLabelDistributions: Bool { get }
  /// The lengths of the axes of a sample.
  var sampleShape: [Int] { get }
  /// The state after a batch.
  func state(after batch: LentBatch) -> LoaderState
  /// Where the parts of a batch lie.
  @unsafe func addresses(of batch: LentBatch) -> BatchAddresses
}

extension PieceLoader {
  /// The names of the labels, in byte order; of several sources all of theirs.
  public var labels: [String] { content.sources.labels }
  /// Whether batches bring the weight of each label.
  public var hasLabelDistributions: Bool { content.distributionCount > 0 }
  /// The lengths of the axes of a sample.
  public var sampleShape: [Int] { content.sources.shape }
  /// The state after a batch.
  public func state(after batch: LentBatch) -> LoaderState { content.state(at: batch.after) }
  /// The state of a loader that has delivered nothing.
  public var start: LoaderState { content.state(at: content.start) }
}
