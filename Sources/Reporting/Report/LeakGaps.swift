import Training

/// What accuracy gains where pieces of the same tracks or artists are on both sides.
struct LeakGaps: Sendable {
  struct Row: Sendable {
    let group: RunGroup
    let figures: GroupFigures
    /// Above the strictest split of the same trainer, in shares; nil for that itself.
    let sliceGap, trackGap: Double?
    /// The gap on the tracks that were tested under both; nil for the strictest itself, and where
    /// tracks were not kept.
    let paired: Paired?

    /// The trainer with what sets it apart from its other configurations.
    var trainer: String {
      [group.record.trainer, group.variant].filter { !$0.isEmpty }.joined(separator: ", ")
    }
  }

  /// A gap on the same tracks.
  struct Paired: Sendable {
    let difference: Double
    /// At 95 %, over tracks.
    let interval: ClosedRange<Double>
    let tracks: Int

    init?(_ group: RunGroup, above strictest: RunGroup) {
      guard
        let tracks = PairedTracks(
          first: group.runs.compactMap(\.outcomes), second: strictest.runs.compactMap(\.outcomes))
      else { return nil }
      difference = tracks.difference
      interval = TrackBootstrap().interval(tracks)
      self.tracks = tracks.tracks.count
    }
  }

  /// Trainers that were run under several policies, each with its rows, the strictest first.
  let families: [[Row]]

  /// From the split that keeps most apart to the one that leaks most.
  static func rank(_ policy: String) -> Int {
    switch policy {
    case "grouped": 0
    case "stratified": 2
    case "slices": 3
    default: 1
    }
  }

  init(_ groups: [RunGroup]) {
    var order: [String] = []
    var members: [String: [RunGroup]] = [:]
    for group in groups {
      let record = group.record
      let key = ([record.source.path] + group.choices).joined(separator: "\u{1}")
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(group)
    }
    families = order.compactMap { key -> [Row]? in
      // Where labels are ranked, accuracy says little.
      let rows = (members[key] ?? []).filter { !$0.record.isTagged }.compactMap { group in
        GroupFigures(group).map { (group: group, figures: $0) }
      }.sorted {
        Self.rank($0.group.record.split.policy) < Self.rank($1.group.record.split.policy)
      }
      guard let strictest = rows.first, Set(rows.map(\.group.record.split.policy)).count > 1 else {
        return nil
      }
      return rows.enumerated().map { index, row in
        Row(
          group: row.group, figures: row.figures,
          sliceGap: index == 0
            ? nil : row.figures.sliceAccuracy.mean - strictest.figures.sliceAccuracy.mean,
          trackGap: index == 0
            ? nil : row.figures.trackAccuracy.mean - strictest.figures.trackAccuracy.mean,
          paired: index == 0 ? nil : Paired(row.group, above: strictest.group))
      }
    }
  }
}
