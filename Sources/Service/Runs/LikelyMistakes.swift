import Corpus
import DatasetCache
import Training

/// Tracks whose label is likely wrong: runs that had not learnt them took them for something else.
///
/// What counts is the label that the cache has now, so that one that was put right is a mistake no
/// more.
struct LikelyMistakes: Sendable {
  /// One of them.
  struct Track: Sendable, Hashable {
    /// Its number among the cache's tracks.
    let index: Int
    let id: String
    let labels: [String]
    /// What it was taken for, most surely in sum.
    let takenFor: String
    /// How many outcomes there are of it.
    let runs: Int
    /// How many of them took it for something else.
    let wrong: Int
    /// The mean probability of what it was taken for, of those.
    let probability: Double

    var json: JSONValue {
      .object([
        "track": .string(id), "labels": .texts(labels), "taken_for": .string(takenFor),
        "runs": .count(runs), "wrong": .count(wrong), "probability": .number(probability),
      ])
    }
  }

  /// The surest first: in the order of the mean probability of what they were wrongly taken for, over
  /// all runs.
  let tracks: [Track]
  /// How many runs have predictions for tracks of this cache.
  let runs: Int
  /// What changes when a run does.
  let stamp: String

  /// Runs that are looked at, the first by name.
  private static let mostRuns = 200

  /// The likely mistakes in a cache, by all runs under the root.
  /// - Throws: `CacheError`, `InterfaceError`.
  static func of(_ cache: ServedCache, _ service: ServedRoot) throws -> LikelyMistakes {
    // A run that goes away meanwhile, or cannot be read, is left out.
    let folders = service.runNames().prefix(mostRuns)
      .compactMap { try? service.runs.search.folder(named: $0, "run") }
    let stamps = folders.map { (try? CacheStamp(folder: $0).text) ?? "" }
    let stamp = EntityTag.text(of: folders + stamps)
    return try cache.likelyMistakes(stamp: stamp) {
      LikelyMistakes(
        folders.compactMap { try? RunDirectory.contents(at: $0, withOutcomes: true) },
        among: try cache.tracks(), stamp: stamp)
    }
  }

  /// What runs tell of the tracks of a list.
  init(_ runs: [RunContents], among list: TrackList, stamp: String) {
    var tallies: [Int: Tally] = [:]
    var count = 0
    for run in runs {
      var isKnown = false
      for outcome in Self.outcomes(of: run) {
        guard let index = list.position(of: outcome.track) else { continue }
        isKnown = true
        tallies[index, default: Tally()].add(
          run.record.labels[outcome.predicted], outcome.probability,
          isRight: list.records[index].labelNames.contains(run.record.labels[outcome.predicted]))
      }
      if isKnown { count += 1 }
    }
    self.runs = count
    self.stamp = stamp
    tracks = tallies.filter { $0.value.wrong > 0 }
      .sorted { ($1.value.doubt, $0.key) < ($0.value.doubt, $1.key) }
      .map { index, tally in
        let record = list.records[index]
        return Track(
          index: index, id: record.id, labels: record.labelNames, takenFor: tally.mostTakenFor,
          runs: tally.runs, wrong: tally.wrong, probability: tally.weight / Double(tally.wrong))
      }
  }

  /// The outcomes of the sides of which nothing was learnt.
  private static func outcomes(of run: RunContents) -> [TrackOutcome] {
    let record = run.record
    guard let result = run.result, !record.isTagged else { return [] }
    return result.evaluations.sorted { $0.key < $1.key }.flatMap { side, evaluation in
      let isLearnt =
        record.sides.trainingSides.contains(side) || record.learntTracks?[side] ?? 0 > 0
        || record.overlaps?[side]?.recordings ?? 0 > 0
        || SplitPolicy(rawValue: record.split.policy)?.leaksByDesign == true
      return isLearnt ? [] : evaluation.outcomes
    }
  }

  /// What runs took a track for.
  private struct Tally {
    var runs = 0
    var wrong = 0
    var weight = 0.0
    var takenFor: [String: Double] = [:]

    var doubt: Double { weight / Double(runs) }

    var mostTakenFor: String {
      takenFor.min { ($1.value, $0.key) < ($0.value, $1.key) }?.key ?? ""
    }

    mutating func add(_ label: String, _ probability: Double, isRight: Bool) {
      runs += 1
      if isRight { return }
      wrong += 1
      weight += probability
      takenFor[label, default: 0] += probability
    }
  }
}
