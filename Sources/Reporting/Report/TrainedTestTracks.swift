import Corpus
import Training

/// How much of what a group of runs was tested on had been learnt from: under the policy `slices`
/// nearly all, as pieces of one track lie on both sides; under others, other takes and copies of a
/// recording.
struct TrainedTestTracks: Sendable, Hashable {
  /// Whether there was any: the group's figures then tell how well tracks are remembered.
  let isAny: Bool
  /// The share of the test tracks that were themselves learnt from; nil where a run has not counted
  /// it.
  let share: Double?
  /// The share of those that were learnt from themselves or as another take or copy; nil where a
  /// run has not counted either.
  let recordingShare: Double?

  init(_ runs: [RunContents]) {
    isAny = runs.contains(where: \.record.testsLearntTracks)
    share = Self.share(of: runs) { record, test in record.learntTracks?[test] }
    recordingShare = Self.share(of: runs) { record, test in
      let learnt = record.learntTracks?[test]
      return record.overlaps?[test].map { max($0.recordings, learnt ?? 0) } ?? learnt
    }
  }

  private static func share(
    of runs: [RunContents], _ count: (RunRecord, String) -> Int?
  ) -> Double? {
    let counts = runs.compactMap { run -> (learnt: Int, tested: Int)? in
      guard let test = run.record.sides.test, let learnt = count(run.record, test),
        let tested = run.record.tracks[test], tested > 0
      else { return nil }
      return (min(max(learnt, 0), tested), tested)
    }
    let tested = counts.reduce(0.0) { $0 + Double($1.tested) }
    let isCounted = counts.count == runs.count && tested > 0
    return isCounted ? counts.reduce(0.0) { $0 + Double($1.learnt) } / tested : nil
  }

  /// A note such as "leaks: 100 % of its test tracks were trained on"; nil where nothing leaks.
  var note: String? {
    guard isAny else { return nil }
    guard let share, let recordingShare, recordingShare > share else {
      return "leaks: \(text(share) ?? "parts") of its test tracks were trained on"
    }
    let all = "\(text(recordingShare) ?? "some") of its test tracks"
    return "leaks: \(all) were trained on, "
      + (share > 0 ? "or other takes or copies of them" : "as other takes or copies")
  }

  /// The same in a word or two, such as "leaks 100 %".
  var shortNote: String? { isAny ? "leaks\(text(recordingShare).map { " \($0)" } ?? "")" : nil }

  /// Neither all nor nothing is written where it is only nearly that.
  private func text(_ share: Double?) -> String? {
    guard let share else { return nil }
    if share >= 1 { return "100 %" }
    return Numbers.percent(min(max(share, 0.001), 0.999))
  }
}

/// How many of the artists that a group of runs was tested on had been learnt from. This is no leak
/// of tracks, but a network may know an artist's sound and not the label's.
struct TrainedTestArtists: Sendable, Hashable {
  /// Artists tested, and how many of them were learnt from; of several runs the sums.
  let artists, shared: Int
  private let isSingle: Bool

  /// Nil where no run has counted them, or no artist is known.
  init?(_ runs: [RunContents]) {
    let overlaps = runs.compactMap { run in
      run.record.sides.test.flatMap { run.record.overlaps?[$0] }
    }
    artists = overlaps.reduce(0) { $0.addingReportingOverflow(max(0, $1.artists)).partialValue }
    shared = overlaps.reduce(0) {
      $0.addingReportingOverflow(min(max(0, $1.sharedArtists), max(0, $1.artists))).partialValue
    }
    isSingle = runs.count == 1
    guard overlaps.count == runs.count, artists > 0, shared >= 0 else { return nil }
  }

  /// From 0 to 1.
  var share: Double { Double(shared) / Double(artists) }

  /// A note such as "artist overlap: 12 of 37 test artists"; of several runs, whose artists may be
  /// the same ones, a share. Nil where none is shared.
  var note: String? {
    if shared == 0 { return nil }
    return isSingle
      ? "artist overlap: \(Numbers.grouped(shared)) of \(Numbers.grouped(artists)) test artists"
      : "artist overlap: \(Numbers.percent(share)) of the test artists"
  }

  /// The same in a few words, such as "artists 32.4 %".
  var shortNote: String? { shared == 0 ? nil : "artists \(Numbers.percent(share))" }
}
