import Corpus
import Training

/// How much of what a group of runs was tested on had been learnt from: under the policy `slices` nearly all, as
/// pieces of one track lie on both sides.
struct TrainedTestTracks: Sendable, Hashable {
  /// Whether there was any: the group's figures then tell how well tracks are remembered.
  let isAny: Bool
  /// The share of the test tracks; nil where there was some but no run has counted it.
  let share: Double?

  init(_ runs: [RunContents]) {
    isAny = runs.contains(where: \.record.testsLearntTracks)
    let counts = runs.compactMap { run -> (learnt: Int, tested: Int)? in
      guard let test = run.record.sides.test, let learnt = run.record.learntTracks?[test],
        let tested = run.record.tracks[test], tested > 0
      else { return nil }
      return (min(max(learnt, 0), tested), tested)
    }
    let tested = counts.reduce(0.0) { $0 + Double($1.tested) }
    let isCounted = counts.count == runs.count && tested > 0
    share = isCounted ? counts.reduce(0.0) { $0 + Double($1.learnt) } / tested : nil
  }

  /// A note such as "leaks: 100 % of its test tracks were trained on"; nil where nothing leaks.
  var note: String? {
    guard isAny else { return nil }
    return "leaks: \(shareText ?? "parts") of its test tracks were trained on"
  }

  /// The same in a word or two, such as "leaks 100 %".
  var shortNote: String? { isAny ? "leaks\(shareText.map { " \($0)" } ?? "")" : nil }

  /// Neither all nor nothing is written where it is only nearly that.
  private var shareText: String? {
    guard let share else { return nil }
    if share >= 1 { return "100 %" }
    return Numbers.percent(min(max(share, 0.001), 0.999))
  }
}
