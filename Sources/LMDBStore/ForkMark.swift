import Glibc
import Synchronization

/// Tells the process that made the value from a child that was forked off it since.
///
/// LMDB's locks and its table of readers belong to the process that opened a store. A child that
/// closes an inherited one would wipe its parent's entries, and the parent's pages would be written
/// over while it reads them. So a child neither uses nor closes what it inherits; it opens the
/// store anew.
public struct ForkMark: Sendable, Hashable {
  private static let forks = Atomic<Int>(0)
  private static let isCounting: Bool = {
    pthread_atfork(nil, nil) { ForkMark.forks.add(1, ordering: .relaxed) } == 0
  }()

  private let number: Int

  /// The mark of this process.
  public init() {
    _ = Self.isCounting
    number = Self.forks.load(ordering: .relaxed)
  }

  /// Whether this is still the process that made the value.
  /// - Complexity: one load.
  public var isCurrent: Bool { number == Self.forks.load(ordering: .relaxed) }
}
