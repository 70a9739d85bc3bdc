extension SplitAudit {
  /// Audits a split.
  /// - Parameters:
  ///   - split: the split.
  ///   - tracks: the tracks, with what is known of them; those in no side do not count.
  ///   - neighbours: pairs of ids that were found to be nearly the same.
  ///   - faults: the kinds of fault that are known of a track, by its id.
  ///   - slices: how many slices a track has; asked for the policy ``SplitPolicy/slices`` only,
  ///     where a track is on each side that has one of its slices.
  /// - Complexity: O(tracks · relations) for each pair of sides, of which there are as many as
  ///   folds, or one for every two sides.
  public init(
    _ split: Split, tracks: [SplitTrack], neighbours: [(String, String)] = [],
    faults: [String: [String]] = [:], slices: (String) -> Int = { _ in 1 }
  ) {
    let tracks = tracks.sorted { ByteOrder.precedes($0.id, $1.id) }
    let known = Dictionary(tracks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let members = split.members(of: tracks.map(\.id), slices: slices)
      .map { $0.compactMap { known[$0] } }
    let index = RelationIndex(members: members, neighbours: neighbours)
    var pairs: [Pair] = []
    for second in split.sides.indices {
      if case .folds = split.plan.division {
        pairs.append(
          index.pair("others", { $0 != second }, split.sides[second], members[second]))
      } else {
        for first in 0..<second {
          pairs.append(
            index.pair(split.sides[first], { $0 == first }, split.sides[second], members[second]))
        }
      }
    }
    let balance = split.balance(tracks: tracks)
    let hasSeveralLabels = tracks.contains { $0.stratifiedLabels.count > 1 }
    self.init(
      split: split.plan.name, policy: split.plan.policy,
      sides: zip(split.sides, members).map { Side($0, tracks: $1, faults: faults) }, pairs: pairs,
      balance: balance,
      distribution: hasSeveralLabels && !balance.totals.isEmpty ? balance.distribution : nil)
  }
}

extension SplitAudit.Side {
  fileprivate init(_ name: String, tracks: [SplitTrack], faults: [String: [String]]) {
    var counts: [String: Int] = [:]
    var labels: [String: Int] = [:]
    for track in tracks {
      for label in track.stratifiedLabels { labels[label, default: 0] += 1 }
      for kind in Set(faults[track.id] ?? []) { counts[kind, default: 0] += 1 }
    }
    self.init(
      name: name, tracks: tracks.count,
      labels: labels,
      unknownArtists: tracks.count { $0.artistKey == nil },
      unknownTitles: tracks.count { $0.artistKey == nil || $0.titleKey == nil }, faults: counts)
  }
}
