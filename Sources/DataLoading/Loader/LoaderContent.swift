import Corpus

/// What a loader delivers and in which order: all that its threads share and nobody changes.
struct LoaderContent: Sendable {
  let sources: SourceList
  let order: SampleOrder
  let plan: BatchPlan
  let start: LoaderProgress
  /// The state of a loader that has delivered nothing; only its position changes.
  let firstState: LoaderState
  /// Bytes of a sample in a batch.
  let rowBytes: Int
  /// Floats of label distribution that belong to a sample, 0 where labels are not mixed and each sample has one.
  let distributionCount: Int
  /// Whether samples are written past the processor's caches.
  var streamsStores: Bool

  init(
    _ list: [WeightedSource], _ configuration: LoaderConfiguration, state: LoaderState?,
    share: BatchShare = .all
  ) throws(LoadingError) {
    try configuration.check()
    sources = try SourceList(list)
    order = try SampleOrder(
      sources, sampling: configuration.sampling, shuffle: configuration.shuffle,
      seed: configuration.seed, samplesPerEpoch: configuration.samplesPerEpoch)
    plan = try BatchPlan(configuration, epochLength: order.epochLength, share: share)
    firstState = LoaderState(
      identity: sources.identity,
      order: configuration.orderName(epochLength: order.epochLength, weights: sources.weights),
      seed: configuration.seed, epoch: 0, position: 0)
    start =
      try state?.progress(in: firstState, epochLength: order.epochLength)
      ?? LoaderProgress(epoch: 0, position: 0)
    rowBytes = sources.elements * configuration.dataType.size
    distributionCount =
      configuration.augmentation?.mixup == nil && !sources.isTagged ? 0 : sources.labels.count
    streamsStores = rowBytes >= Self.streamedRow && plan.longest >= Self.streamedBatch / rowBytes
  }

  /// Rows and batches from these sizes on are written past the caches: `lathe bench loader`
  /// saw 18.4 rather than 12.3 GB/s of waveforms and 10.5 rather than 7.1 of mel pictures on one
  /// thread, 23.8 rather than 16.8 and 17.1 rather than 12.2 on two (batches of 128, two threads of
  /// an AMD EPYC).
  static let streamedRow = 16 << 10
  static let streamedBatch = 4 << 20

  func state(at progress: LoaderProgress) -> LoaderState {
    var state = firstState
    state.epoch = progress.epoch
    state.position = progress.position
    return state
  }

  /// Tracks of the sources after the first are numbered from here, so that one number names both.
  static func firstTrack(ofSource number: Int) -> Int64 { Int64(number) << 40 }

  /// The id of a track by its number in batches; nil for a number that no batch can hold.
  func trackID(_ number: Int64) -> String? {
    let source = Int(number >> 40)
    guard sources.sources.indices.contains(source) else { return nil }
    let id = sources.sources[source].trackID(Int(number & (1 << 40 - 1)))
    return id.isEmpty ? nil : id
  }
}
