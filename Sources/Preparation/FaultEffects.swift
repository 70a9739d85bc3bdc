public import Corpus
public import DatasetCache

extension SoundRecords {
  /// What the fault policies of a recipe do: for every kind of fault its policy, and the tracks
  /// that have it.
  func effects(of recipe: Recipe) -> [FaultSubject: FaultEffect] {
    var effects: [FaultSubject: FaultEffect] = [:]
    for subject in FaultSubject.allCases {
      effects[subject] = FaultEffect(policy: recipe.faults[subject])
    }
    let usual = UsualSource(tracks, recipe)
    for record in tracks {
      let known = (record.faults ?? []).compactMap { FaultSubject($0.kind) }
      for subject in Set(known + usual.unusual(record.verdicts(recipe), record.source)) {
        effects[subject]?.used.append(record.id)
      }
    }
    for record in dropped {
      if let subject = record.reason.subject { effects[subject]?.unused.append(record.track.id) }
    }
    for record in quarantined where !record.label.isEmpty || record.facts != nil {
      // Why a file cannot be decoded has many codes; what else leads here has the name of its
      // policy.
      let subject =
        FaultSubject(rawValue: record.code) ?? (record.figures == nil ? .unreadable : nil)
      if let subject { effects[subject]?.unused.append(record.id) }
    }
    for subject in FaultSubject.allCases {
      effects[subject]?.unused.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
    return effects
  }
}

extension Cache {
  /// What was measured of every track that could be decoded, and what is wrong with it: the worst
  /// first.
  ///
  /// A track is the worse the further one of its figures is beyond its limit; those without a
  /// figure beyond a limit come last, in the order of their ids.
  ///
  /// - Throws: `PreparationError` where a record is damaged, or the cache's recipe is.
  public func verdicts() throws(PreparationError) -> [TrackVerdicts] {
    guard let description = try onCache({ () throws(CacheError) in try description() }) else {
      return []
    }
    let recipe: Recipe
    do { recipe = try description.recipe() } catch { throw .recipe(error) }
    return try onCache { () throws(CacheError) in
      var all: [TrackVerdicts] = []
      let records = try trackRecords()
      let usual = UsualSource(records, recipe)
      for record in records {
        guard let figures = record.figures else { continue }
        all.append(
          TrackVerdicts(
            id: record.id, path: record.path, label: record.label, state: .used,
            verdicts: usual.unusual(record.verdicts(recipe), record.source), figures: figures,
            source: record.source))
      }
      for record in try dropped() {
        guard let figures = record.figures else { continue }
        var verdicts = [record.reason.subject].compactMap(\.self)
        if let source = record.source {
          verdicts = figures.verdicts(
            recipe.verdicts, isResampled: source.sampleRate != recipe.sampleRate,
            channels: source.channels)
        }
        all.append(
          TrackVerdicts(
            id: record.track.id, path: record.track.path, label: record.track.label,
            state: .dropped, verdicts: verdicts, figures: figures, source: record.source))
      }
      for record in try quarantined() {
        guard let figures = record.figures, let subject = FaultSubject(rawValue: record.code) else {
          continue
        }
        let measured = figures.verdicts(recipe.verdicts, isResampled: false, channels: 1)
        all.append(
          TrackVerdicts(
            id: record.id, path: record.path, label: record.label, state: .quarantined,
            verdicts: measured.contains(subject) ? measured : [subject] + measured,
            figures: figures, source: nil))
      }
      return all.sorted { first, second in
        let (one, other) = (first.excess(recipe.verdicts), second.excess(recipe.verdicts))
        return one == other ? first.id.utf8.lexicographicallyPrecedes(second.id.utf8) : one > other
      }
    }
  }
}

/// What was measured of a track, and what that says.
public struct TrackVerdicts: Sendable, Hashable, Codable {
  /// What became of a track.
  public enum State: String, Sendable, Hashable, Codable {
    /// It is in the cache.
    case used
    /// A fault policy drops it.
    case dropped
    /// It is in quarantine.
    case quarantined
  }

  /// The track's id.
  public var id: String
  /// Its file, relative to the audio folder.
  public var path: String
  /// Its label.
  public var label: String
  /// What became of it.
  public var state: State
  /// What is wrong with it.
  public var verdicts: [FaultSubject]
  /// What was measured.
  public var figures: TrackFigures
  /// The file's own form, where it is kept.
  public var source: TrackRecord.Source?

  /// How far the worst figure is beyond its limit, as a ratio; 1 for a verdict without a figure, 0
  /// where nothing is wrong.
  fileprivate func excess(_ limits: VerdictLimits) -> Double {
    verdicts.map { subject in
      guard let figure = figures.figure(of: subject), let limit = limits.limit(of: subject) else {
        return 1
      }
      return figure / limit
    }.max() ?? 0
  }
}
