/// How far a loader has come: enough to go on at the same sample, in another process, with another
/// number of ranks, batch size or threads.
///
/// As JSON: `{"version": 1, "identity": "…", "order": "shuffled; 9990 an epoch", "seed": 1,
/// "epoch": 3, "position": 1280}`. The first four must be those of the loader that goes on.
public struct LoaderState: Sendable, Hashable, Codable {
  /// The version that this code writes and reads.
  public static let currentVersion = 1

  /// The version of the state and of the order that it is a position in.
  public var version: Int
  /// The identity of the source; of several, all of them.
  public var identity: String
  /// The options that decide the order, in words.
  public var order: String
  /// The seed.
  public var seed: UInt64
  /// The epoch, from 0.
  public var epoch: Int
  /// How many samples of the epoch all ranks together are through with.
  public var position: Int

  /// A state of these parts.
  public init(
    version: Int = LoaderState.currentVersion, identity: String, order: String, seed: UInt64,
    epoch: Int, position: Int
  ) {
    self.version = version
    self.identity = identity
    self.order = order
    self.seed = seed
    self.epoch = epoch
    self.position = position
  }
}

extension LoaderState {
  /// Where a loader whose start would be `start` goes on.
  func progress(in start: LoaderState, epochLength: Int) throws(LoadingError) -> LoaderProgress {
    func refuse(_ subject: String, _ detail: String, _ hint: String) -> LoadingError {
      LoadingError(kind: .state, subject: "state: \(subject)", detail: detail, hint: hint)
    }
    guard version == start.version else {
      throw refuse(
        "version", "\(version), but this Lathe reads \(start.version)",
        "go on with the Lathe that saved it, or start anew")
    }
    guard identity == start.identity else {
      throw refuse(
        "identity", "it was saved over other samples than these",
        "open the cache, view, split and side that it was saved over, or start anew")
    }
    guard seed == start.seed else {
      throw refuse("seed", "\(seed), but the loader has \(start.seed)", "give the same seed")
    }
    guard order == start.order else {
      throw refuse("order", "\"\(order)\", but the loader has \"\(start.order)\"", "give the same")
    }
    guard epoch >= 0, position >= 0, position <= epochLength else {
      throw refuse(
        "position", "\(position) of epoch \(epoch) is not in an epoch of \(epochLength)",
        "give a state that a loader saved")
    }
    let (delivered, overflows) = epoch.multipliedReportingOverflow(by: epochLength)
    guard !overflows, delivered < LoaderProgress.farthest else {
      throw refuse("epoch", "\(epoch) is beyond counting", "give a state that a loader saved")
    }
    return LoaderProgress(epoch: epoch, position: position).normalised(epochLength: epochLength)
  }
}
