internal import DatasetCache
internal import Synchronization

/// Tells a program that fails with some tracks from one that fails with every track.
///
/// While a view's program has had no success, the tracks that it failed with are kept back: where
/// the run ends for it, they stay as they were.
final class ProgramStreaks<Outcome: Sendable>: Sendable {
  /// What to do with a failure.
  enum Verdict {
    /// Nothing yet.
    case wait
    /// Hand these on.
    case handOn([Outcome])
    /// End the run.
    case end
  }

  private struct State {
    var hasSucceeded = false
    var kept: [Outcome] = []
  }

  private let limit: Int
  private let states: Mutex<[View: State]>

  /// - Parameter limit: the failures without any success that end a run.
  init(limit: Int = 5) {
    self.limit = limit
    states = Mutex([:])
  }

  /// The programs of these views have done a track.
  /// - Returns: what was kept back of them.
  func succeeded(_ views: some Sequence<View>) -> [Outcome] {
    states.withLock { states in
      views.flatMap { view in
        defer { states[view] = State(hasSucceeded: true) }
        return states[view]?.kept ?? []
      }
    }
  }

  /// The program of a view has failed with a track.
  /// - Parameter atOnce: whether it cannot have success with any.
  func failed(_ view: View, _ outcome: Outcome, atOnce: Bool) -> Verdict {
    states.withLock { states in
      var state = states[view] ?? State()
      if state.hasSucceeded { return .handOn([outcome]) }
      state.kept.append(outcome)
      states[view] = state
      return atOnce || state.kept.count >= limit ? .end : .wait
    }
  }

  /// What is still kept back, once there are no more tracks.
  func rest() -> [Outcome] {
    states.withLock { states in
      defer { states = [:] }
      return states.sorted { $0.key < $1.key }.flatMap(\.value.kept)
    }
  }
}
