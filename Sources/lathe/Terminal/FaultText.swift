import Wording
import Corpus
import DatasetCache
import Preparation

/// What fault policies did, as a person reads it.
enum FaultText {
  /// A line for every kind of fault that some track has.
  static func lines(_ effects: [FaultSubject: FaultEffect]) -> [String] {
    FaultSubject.allCases.compactMap { subject in
      guard let effect = effects[subject], !(effect.used.isEmpty && effect.unused.isEmpty) else {
        return nil
      }
      var parts: [String] = []
      if !effect.used.isEmpty {
        parts.append("\(Words.tracks(effect.used.count)) used: \(Words.list(effect.used))")
      }
      if !effect.unused.isEmpty {
        parts.append("\(Words.count(effect.unused.count)) not: \(Words.list(effect.unused))")
      }
      return "fault \(subject.rawValue) (\(effect.policy.rawValue)): "
        + parts.joined(separator: "; ")
    }
  }

  /// All kinds in one line, `replica 2 (group), infrasonic 36 (keep)`; nil where no track has any.
  static func line(_ effects: [FaultSubject: FaultEffect]) -> String? {
    let parts = FaultSubject.allCases.compactMap { subject -> String? in
      guard let effect = effects[subject] else { return nil }
      let count = effect.used.count + effect.unused.count
      return count == 0
        ? nil : "\(subject.rawValue) \(Words.count(count)) (\(effect.policy.rawValue))"
    }
    return parts.isEmpty ? nil : "faults: " + parts.joined(separator: ", ")
  }

  /// A dropped track and why.
  static func text(_ record: DroppedRecord) -> String {
    Words.shown("\(record.track.path) [\(record.reason.code)]: \(record.message)")
  }
}

/// What was measured, as a person reads it.
enum Verdicts {
  /// The tracks with a verdict, the worst first; as JSON all that were measured.
  static func show(_ cache: Cache, asJSON: Bool) throws {
    let all = try cache.verdicts()
    if asJSON { return try Output.json(all, pretty: true) }
    let found = all.filter { !$0.verdicts.isEmpty }
    if !found.isEmpty { table(found).forEach { Output.line($0) } }
    let clean = all.count - found.count
    Output.line(
      found.isEmpty
        ? "no verdict on any of \(Words.tracks(all.count))"
        : "\(Words.counted(found.count, "track")) with a verdict, \(Words.count(clean)) without")
    let unmeasured = try cache.trackRecords().count { $0.figures == nil }
    if unmeasured > 0 {
      Output.line("not measured yet: \(Words.tracks(unmeasured)); run lathe prepare again")
    }
  }

  /// The files in quarantine; the tracks that policies drop are another list.
  static func showQuarantine(_ cache: Cache, asJSON: Bool) throws {
    let records = try cache.quarantined()
    if asJSON { return try Output.json(records, pretty: true) }
    if records.isEmpty { return Output.line("quarantine: empty") }
    for record in records { Output.line(SummaryText.text(record)) }
    Output.line(
      "\(Words.counted(records.count, "file")) in quarantine; "
        + "lathe prepare … --retry-quarantined tries only these again")
  }

  private static func table(_ tracks: [TrackVerdicts]) -> [String] {
    var rows = [
      [
        "track", "peak", "level dB", "offset", "clipped %", "silent %", "< 20 Hz %", "seconds",
        "state", "verdicts",
      ]
    ]
    for track in tracks {
      let figures = track.figures
      rows.append([
        Words.shown(track.id), Words.fixed(figures.peak, 3),
        figures.level.map { Words.fixed($0, 1) } ?? "none", Words.fixed(figures.offset, 4),
        Words.fixed(figures.clipped * 100, 3), Words.fixed(figures.silent * 100, 0),
        Words.fixed(figures.infrasonic * 100, 3), Words.fixed(figures.seconds, 1),
        track.state.rawValue, track.verdicts.map(\.rawValue).joined(separator: ", "),
      ])
    }
    return Words.table(rows)
  }
}
