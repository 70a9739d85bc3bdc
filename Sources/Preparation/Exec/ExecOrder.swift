internal import Corpus
internal import Foundation
internal import SignalKit

/// A track of which a program is asked for the values. The thread that asks waits for what becomes
/// of it.
final class ExecOrder: Sendable {
  let track: TrackAudio
  let slices: Slices
  private let outcome = BoundedQueue<Result<[Float], SignalError>>(capacity: 1)

  init(_ track: TrackAudio, _ slices: Slices) {
    self.track = track
    self.slices = slices
  }

  /// Delivers the outcome; once.
  func settle(_ result: Result<[Float], SignalError>) { outcome.push(result) }

  /// The values, slice after slice.
  ///
  /// - Throws: why there are none.
  func values() throws(SignalError) -> [Float] {
    while true {
      if let result = outcome.pop(before: nil) { return try result.get() }
    }
  }
}
