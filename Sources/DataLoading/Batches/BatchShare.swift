/// Which batches of a rank are made: some are passed over first, then each so-many-th comes.
///
/// Several loaders with as many shares deliver together what one would, each batch as it is in that
/// one: over a network each has a connection of its own.
public struct BatchShare: Sendable, Hashable {
  /// How many are passed over first, 0 to ``most``.
  public var skipped: Int
  /// How far the next batch is from the one before, 1 to ``most``.
  public var every: Int

  /// The most of either: what is passed over is counted through, one by one.
  public static let most = 64

  /// Every batch.
  public static let all = BatchShare(skipped: 0, every: 1)

  /// A share of these parts.
  public init(skipped: Int, every: Int) {
    self.skipped = skipped
    self.every = every
  }

  /// Refuses values out of their ranges.
  func check() throws(LoadingError) {
    guard (0...Self.most).contains(skipped), (1...Self.most).contains(every) else {
      throw LoadingError(
        kind: .configuration, subject: "share",
        detail: "every \(every)th batch after \(skipped) cannot be delivered",
        hint: "give numbers up to \(Self.most)")
    }
  }
}
