import Corpus
import Training

/// What `results.json` holds: the rows of the closing table, each with its runs and its confusion
/// matrices.
struct ResultDocument: Encodable {
  let schema = "lathe.results/1"
  let title: String
  let rows: [Row]
  /// Configurations on the same tracks.
  let comparisons: [Comparison]
  /// What leaks gain.
  let leaks: [Leak]

  init(title: String, rows: [ResultRow], comparisons: [PairedComparison] = [], gaps: LeakGaps) {
    self.title = title
    self.rows = rows.map(Row.init)
    self.comparisons = comparisons.map(Comparison.init)
    leaks = gaps.families.flatMap(\.self).map(Leak.init)
  }

  /// The first configuration less the second; p-values are two-sided and exact.
  struct Comparison: Encodable {
    let policy, first, second: String
    let pairs, tracks: Int
    let difference: Double
    let interval: [Double]
    let onlyFirstRight, onlySecondRight: Int
    let pValue, pValueHolm: Double

    init(_ comparison: PairedComparison) {
      policy = comparison.policy
      first = comparison.first
      second = comparison.second
      pairs = comparison.pairs
      tracks = comparison.tracks
      difference = comparison.difference
      interval = [comparison.interval.lowerBound, comparison.interval.upperBound]
      onlyFirstRight = comparison.wins.first
      onlySecondRight = comparison.wins.second
      pValue = comparison.pValue
      pValueHolm = comparison.corrected
    }
  }

  /// A policy above the strictest one of the same trainer; gaps are nil for that itself.
  struct Leak: Encodable {
    let name, policy: String
    let sliceGap, trackGap, pairedGap: Double?
    let pairedInterval: [Double]?
    let pairedTracks: Int?

    init(_ row: LeakGaps.Row) {
      name = row.group.name
      policy = row.group.record.split.policy
      sliceGap = row.sliceGap
      trackGap = row.trackGap
      pairedGap = row.paired?.difference
      pairedInterval = row.paired.map { [$0.interval.lowerBound, $0.interval.upperBound] }
      pairedTracks = row.paired?.tracks
    }
  }

  /// A group of runs. Shares are from 0 to 1.
  struct Row: Encodable {
    /// A mean, and the sample standard deviation of several runs.
    struct Figure: Encodable {
      let mean: Double
      let deviation: Double?

      init?(_ spread: Spread?) {
        guard let spread, spread.mean.isFinite else { return nil }
        mean = spread.mean
        deviation = spread.deviation.flatMap { $0.isFinite ? $0 : nil }
      }
    }

    /// PR-AUC and ROC-AUC.
    struct Tags: Encodable {
      /// Of a label, the mean over the runs.
      struct Label: Encodable {
        let averagePrecision, rocAUC: Double?
      }

      let macroAveragePrecision, microAveragePrecision, macroROCAUC, microROCAUC: Figure?
      let labelsLeftOut: Int
      /// In the order of the row's labels; none where no run has ended.
      let labels: [Label]

      init(_ tags: TagFigures) {
        macroAveragePrecision = Figure(tags.macroAveragePrecision)
        microAveragePrecision = Figure(tags.microAveragePrecision)
        macroROCAUC = Figure(tags.macroROCAUC)
        microROCAUC = Figure(tags.microROCAUC)
        labelsLeftOut = tags.labelsLeftOut
        labels = (0..<(tags.scores.first?.labels.count ?? 0)).map { label in
          Label(
            averagePrecision: tags.mean(of: label, \.averagePrecision),
            rocAUC: tags.mean(of: label, \.rocAUC))
        }
      }
    }

    struct Run: Encodable {
      let path: String
      let split: String
      let splitFingerprint: String
      let testSide: String?
      let seed: UInt64
      let state: String
      let seconds: Double?
      let sliceAccuracy, trackAccuracy, macroF1: Double?
      let testTracks, learntTestTracks: Int?
      /// Test tracks that were learnt from themselves or as another take or copy.
      let learntTestRecordings: Int?
      let testArtists, learntTestArtists, testTracksWithoutArtist: Int?

      init(_ run: RunContents) {
        path = run.path
        split = run.record.split.name
        splitFingerprint = run.record.split.fingerprint
        testSide = run.record.sides.test
        seed = run.record.seed
        state = RunState(run).text
        seconds = RunState.seconds(run).finite
        let metrics = RunFigures(run)?.metrics
        sliceAccuracy = metrics?.sliceAccuracy.finite
        trackAccuracy = metrics?.trackAccuracy.finite
        macroF1 = metrics?.macroF1.finite
        testTracks = run.record.sides.test.flatMap { run.record.tracks[$0] }
        learntTestTracks = run.record.sides.test.flatMap { run.record.learntTracks?[$0] }
        let overlap = run.record.sides.test.flatMap { run.record.overlaps?[$0] }
        learntTestRecordings = overlap?.recordings
        testArtists = overlap?.artists
        learntTestArtists = overlap?.sharedArtists
        testTracksWithoutArtist = overlap?.unknownArtists
      }
    }

    let name, mode, trainer, policy, variant, kind, state: String
    let sliceAccuracy, trackAccuracy, macroF1: Figure?
    /// How well labels are ranked; nil where each track has one.
    let tags: Tags?
    let trackAccuracyInterval: [Double]?
    let tracks, parameters: Int?
    let seconds: Double?
    let leaks: Bool
    /// Of the test tracks: those learnt from themselves, and those learnt from also as another take
    /// or copy.
    let leakedShare, leakedRecordingShare: Double?
    /// Of the test artists.
    let sharedArtistShare: Double?
    let isBest: Bool
    let labels: [String]
    let trackConfusion, sliceConfusion: [[Int]]?
    let runs: [Run]

    init(_ row: ResultRow) {
      let (group, figures) = (row.group, row.figures)
      name = group.name
      mode = group.record.view
      trainer = group.record.trainer
      policy = group.record.split.policy
      variant = group.variant
      kind =
        switch group.kind {
        case .single: "single"
        case .folds: "folds"
        case .repeats: group.testsSeveralSides ? "folds of several splits" : "seeds"
        }
      state =
        row.remarkableStates.isEmpty ? "finished" : row.remarkableStates.joined(separator: "; ")
      sliceAccuracy = Figure(figures?.sliceAccuracy)
      trackAccuracy = Figure(figures?.trackAccuracy)
      macroF1 = Figure(figures?.macroF1)
      tags = figures?.tags.map(Tags.init)
      trackAccuracyInterval = figures?.interval.map { [$0.lowerBound, $0.upperBound] }
      tracks = figures?.tracks
      parameters = group.record.parameters
      seconds = row.seconds.finite
      leaks = group.trainedTestTracks.isAny
      leakedShare = group.trainedTestTracks.share
      leakedRecordingShare = group.trainedTestTracks.recordingShare
      sharedArtistShare = group.trainedTestArtists?.share
      isBest = row.isBest
      labels = group.record.labels
      trackConfusion = figures?.trackConfusion?.counts
      sliceConfusion = figures?.sliceConfusion?.counts
      runs = group.runs.map(Run.init)
    }
  }
}

extension Double {
  /// The number; nil for what JSON has no word for.
  fileprivate var finite: Double? { isFinite ? self : nil }
}
