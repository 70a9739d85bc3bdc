/// A batch by its number in the ring, for callers that give it back by number; see
/// ``Loader/nextLent()``.
public struct LentBatch: Sendable, Hashable {
  /// Its number in the ring, to release it with.
  public let slot: Int
  /// How many samples it has.
  public let count: Int
  /// The epoch, from 0.
  public let epoch: Int
  /// How many batches this loader delivered before it.
  public let index: Int
  /// Where the loader stands after it.
  let after: LoaderProgress

  /// Whether no more of its epoch comes.
  public var endsEpoch: Bool { after.epoch > epoch }
}

/// Where the parts of a lent batch lie; they stay valid and unchanged until it is released.
@unsafe public struct BatchAddresses {
  /// The numbers, sample after sample, at the start of a page.
  public let inputs: UnsafeMutableRawPointer
  /// One label a sample.
  public let labels: UnsafeMutablePointer<Int64>
  /// One track number a sample.
  public let tracks: UnsafeMutablePointer<Int64>
  /// One slice number a sample.
  public let slices: UnsafeMutablePointer<Int64>
  /// For each sample the share of each label; nil where labels are not mixed.
  public let labelDistributions: UnsafeMutablePointer<Float>?
}

extension BatchAddresses {
  /// Where the parts of a slot lie.
  init(_ slot: BatchMemory.Slot, _ content: LoaderContent) {
    unsafe self.init(
      inputs: slot.inputs, labels: slot.labels, tracks: slot.tracks, slices: slot.slices,
      labelDistributions: content.distributionCount > 0 ? slot.distributions : nil)
  }
}

/// What waiting for a batch came to.
public enum WaitedBatch: Sendable, Hashable {
  /// It is lent.
  case batch(LentBatch)
  /// There is none after the last epoch.
  case end
  /// The time was up before it was ready; nothing is lost.
  case late
}
