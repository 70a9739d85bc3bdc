internal import Synchronization

/// A flag that says "stop soon": set by a signal handler or another thread, read by a running
/// preparation between two tracks.
public final class Cancellation: Sendable {
  private let flag = Atomic(false)

  /// Not set.
  public init() {}

  /// Asks for the end.
  public func cancel() { flag.store(true, ordering: .relaxed) }

  /// Whether the end was asked for.
  public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
