internal import Synchronization

/// A flag that says "stop soon": set by a signal handler or another thread, read by what
/// runs, between two steps: a preparation between two tracks, a training between two batches.
public final class Cancellation: Sendable {
  private let flag = Atomic(false)

  /// Not set.
  public init() {}

  /// Asks for the end.
  public func cancel() { flag.store(true, ordering: .relaxed) }

  /// Whether the end was asked for.
  public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
