public import Corpus
public import Training

/// What a run has learnt, measured on the sides of a split.
public struct RunEvaluation: Sendable {
  /// How well a side is predicted.
  public struct Side: Sendable {
    /// Its name in the split.
    public let name: String
    /// How well it is predicted.
    public let evaluation: SideEvaluation
    /// How many of its tracks were learnt from, wholly or in parts; nil for the side that was
    /// learnt from.
    public let learntTracks: Int?
    /// What they share with those that were learnt from; nil for that side, and where nothing is
    /// known of the tracks.
    public let overlap: TrackOverlap?
  }

  /// The sides, in the order in which they were asked for, or in the split's.
  public let sides: [Side]
  /// Sides without samples, which were left out.
  public let emptySides: [String]

  /// Measures a run.
  /// - Parameters:
  ///   - model: the run's weights.
  ///   - own: what it was trained on, with its split.
  ///   - split: another split of its cache; nil for the run's own.
  ///   - names: the sides; all but those that were learnt from if empty, and of another split all.
  /// - Throws: ``RunError`` `.choice` where there is no such split or side, `.run` where the
  ///   samples are not those of the run; `TrainingError` `.data` where no side is left to measure.
  public init(
    _ model: TrainedModel, on own: DividedSamples, split: String? = nil, sides names: [String] = []
  ) throws {
    let record = model.record
    let learnt = record.sides.trainingSides
    let training = try own.samples(learnt)
    try record.check(training, at: own.path)
    let samples = try Self.divided(own, by: split, record)
    let isOther = samples.split.plan.name != record.split.name
    let chosen =
      names.isEmpty ? samples.split.sides.filter { isOther || !learnt.contains($0) } : names
    let trained = training.trackIDs
    var found: [(name: String, samples: any SampleSource)] = []
    var empty: [String] = []
    for name in chosen {
      if let side = try samples.samplesIfAny(name) {
        found.append((name, side))
      } else {
        empty.append(name)
      }
    }
    guard !found.isEmpty else {
      throw TrainingError(
        kind: .data, subject: samples.split.plan.name, detail: "no side of it is left to measure",
        hint: "name one with --side, or another split")
    }
    let answers = try model.answers(found.map(\.samples))
    let relations = try own.relations()
    sides = zip(found, answers).map { side, answer in
      let measured = side.samples.trackIDs
      let isMeasured = isOther || side.name != record.sides.training
      return Side(
        name: side.name, evaluation: answer.evaluation,
        learntTracks: isMeasured ? measured.intersection(trained).count : nil,
        overlap: isMeasured
          ? relations.map {
            TrackOverlap(of: measured, with: trained, among: $0.tracks, links: $0.links)
          } : nil)
    }
    emptySides = empty
  }

  private static func divided(
    _ own: DividedSamples, by split: String?, _ record: RunRecord
  ) throws -> DividedSamples {
    guard let split, split != record.split.name else { return own }
    guard let other = try own.divided(by: split, view: try record.knownView()) else {
      throw RunError(
        kind: .choice, subject: "split '\(split)'",
        detail: "it is a split of a cache, and this run was trained on a table",
        hint: "leave it out")
    }
    return other
  }
}
