import Wording

/// How far a loader is: an epoch, and how many of its samples were already given out.
struct LoaderProgress: Hashable, Sendable {
  /// The epoch, from 0.
  var epoch: Int
  /// How many samples of the epoch all ranks together have given out.
  var position: Int

  /// More samples than any loader gives out; sums of positions below it cannot overflow.
  static let farthest = 1 << 60

  /// The end of an epoch is the start of the next.
  func normalised(epochLength: Int) -> LoaderProgress {
    position >= epochLength ? LoaderProgress(epoch: epoch + 1, position: 0) : self
  }
}

/// Which samples make up a rank's next batch.
///
/// One step of all ranks together takes the next `batchSize · worldSize` positions of the epoch;
/// of those, rank r takes the first but r, and then every `worldSize`-th. So after each step every
/// rank stands at the same position, and any number of ranks can go on from there.
///
/// Of a rank's batches, those that a ``BatchShare`` names are made; the others are passed over.
struct BatchPlan: Sendable {
  let epochLength: Int
  let batchSize: Int
  let rank: Int
  let worldSize: Int
  let keepsLast: Bool
  let epochs: Int?
  let share: BatchShare

  /// One batch of one rank.
  struct Step: Sendable, Hashable {
    let epoch: Int
    /// The epoch's position of the first sample; the others follow at every `worldSize`-th.
    let first: Int
    let count: Int
    /// Where all ranks stand after it.
    let after: LoaderProgress
  }

  init(
    _ configuration: LoaderConfiguration, epochLength: Int, share: BatchShare = .all
  ) throws(LoadingError) {
    try share.check()
    self.epochLength = epochLength
    self.share = share
    rank = configuration.rank
    worldSize = configuration.worldSize
    keepsLast = configuration.lastBatch == .keep
    epochs = configuration.epochs
    guard worldSize <= epochLength else {
      throw LoadingError(
        kind: .configuration, subject: "worldSize",
        detail:
          "\(Words.counted(worldSize, "rank")) for \(Words.counted(epochLength, "sample")) an epoch "
          + "leave some without any",
        hint: "take fewer ranks, or more samples")
    }
    // A larger batch takes no more; what is multiplied below cannot overflow then.
    batchSize = min(configuration.batchSize, (epochLength + worldSize - 1) / worldSize)
    let (step, overflows) = configuration.batchSize.multipliedReportingOverflow(by: worldSize)
    guard keepsLast || (!overflows && step <= epochLength) else {
      throw LoadingError(
        kind: .configuration, subject: "batchSize",
        detail: "no batch of \(configuration.batchSize)"
          + (worldSize > 1 ? " for each of \(worldSize) ranks" : "")
          + " can be filled from \(Words.counted(epochLength, "sample")) an epoch, "
          + "and what is left is dropped",
        hint: "give a smaller batch, or keep the last one")
    }
  }

  /// The most samples that a batch of this rank can have.
  var longest: Int { min(batchSize, (epochLength - rank + worldSize - 1) / worldSize) }

  /// How many batches this rank gets in a whole epoch.
  var stepsPerEpoch: Int {
    let (full, left) = epochLength.quotientAndRemainder(dividingBy: batchSize * worldSize)
    return full + (keepsLast && left > rank ? 1 : 0)
  }

  /// How many batches of the share this rank gets from a position on; nil for no end.
  func stepsLeft(from progress: LoaderProgress) -> Int? {
    guard let epochs else { return nil }
    guard progress.epoch < epochs else { return 0 }
    let (full, left) = (epochLength - progress.position)
      .quotientAndRemainder(dividingBy: batchSize * worldSize)
    let all =
      full + (keepsLast && left > rank ? 1 : 0) + (epochs - progress.epoch - 1) * stepsPerEpoch
    return max(0, all - share.skipped + share.every - 1) / share.every
  }

  /// The first batch of the share from a position on; nil where the epochs end before.
  func first(from progress: LoaderProgress) -> Step? {
    step(from: progress, passingOver: share.skipped)
  }

  /// The batch of the share that follows one; nil where the epochs end before.
  func next(after step: Step) -> Step? {
    self.step(from: step.after, passingOver: share.every - 1)
  }

  private func step(from progress: LoaderProgress, passingOver count: Int) -> Step? {
    var progress = progress
    for _ in 0..<count {
      guard let passed = step(from: progress) else { return nil }
      progress = passed.after
    }
    return step(from: progress)
  }

  /// The first batch that this rank gets from a position on; nil where the epochs end before.
  func step(from progress: LoaderProgress) -> Step? {
    var progress = progress
    while epochs.map({ progress.epoch < $0 }) ?? true {
      let left = epochLength - progress.position
      let together = batchSize * worldSize
      if left >= together || keepsLast {
        let taken = min(left, together)
        let count = (taken - rank + worldSize - 1) / worldSize
        if count > 0 {
          return Step(
            epoch: progress.epoch, first: progress.position + rank, count: count,
            after: ended(progress.position + taken, in: progress.epoch))
        }
      }
      progress = LoaderProgress(epoch: progress.epoch + 1, position: 0)
    }
    return nil
  }

  /// The progress after a step; where what is left will be dropped, that is the next epoch already.
  private func ended(_ position: Int, in epoch: Int) -> LoaderProgress {
    let left = epochLength - position
    let isOver = left == 0 || (!keepsLast && left < batchSize * worldSize)
    return isOver
      ? LoaderProgress(epoch: epoch + 1, position: 0)
      : LoaderProgress(epoch: epoch, position: position)
  }
}
