extension SplitAudit {
  /// Audits a split.
  /// - Parameters:
  ///   - split: the split.
  ///   - tracks: the tracks, with what is known of them; those in no side do not count.
  ///   - neighbours: pairs of ids that were found to be nearly the same.
  ///   - faults: the kinds of fault that are known of a track, by its id.
  ///   - slices: how many slices a track has; asked for the policy ``SplitPolicy/slices`` only, where
  ///     a track is on each side that has one of its slices.
  /// - Complexity: O(tracks · relations) for each pair of sides, of which there are as many as folds,
  ///   or one for every two sides.
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
    self.init(
      split: split.plan.name, policy: split.plan.policy,
      sides: zip(split.sides, members).map { Side($0, tracks: $1, faults: faults) }, pairs: pairs,
      balance: split.balance(tracks: tracks.map { ($0.id, $0.label) }))
  }
}

extension SplitAudit.Side {
  fileprivate init(_ name: String, tracks: [SplitTrack], faults: [String: [String]]) {
    var counts: [String: Int] = [:]
    for track in tracks {
      for kind in Set(faults[track.id] ?? []) { counts[kind, default: 0] += 1 }
    }
    self.init(
      name: name, tracks: tracks.count,
      labels: Dictionary(grouping: tracks, by: \.label).mapValues(\.count),
      unknownArtists: tracks.count { $0.artistKey == nil },
      unknownTitles: tracks.count { $0.artistKey == nil || $0.titleKey == nil }, faults: counts)
  }
}

/// On which sides everything lies that tracks can share.
private struct RelationIndex {
  /// Something that a track may share, and how it is shown.
  typealias Mark = (key: [String], name: String)

  private var sides: [SplitAudit.Relation: [[String]: [Int]]] = [:]
  private var neighbours: [String: Set<String>] = [:]

  init(members: [[SplitTrack]], neighbours pairs: [(String, String)]) {
    for (first, second) in pairs where first != second {
      neighbours[first, default: []].insert(second)
      neighbours[second, default: []].insert(first)
    }
    for relation in SplitAudit.Relation.allCases where relation != .neighbours {
      var places: [[String]: [Int]] = [:]
      for (side, tracks) in members.enumerated() {
        for mark in tracks.flatMap({ marks(of: $0, relation) })
        where places[mark.key]?.last != side {
          places[mark.key, default: []].append(side)
        }
      }
      sides[relation] = places
    }
    // A neighbour lies where its track lies.
    sides[.neighbours] = sides[.tracks]
  }

  func pair(
    _ first: String, _ isFirst: (Int) -> Bool, _ second: String, _ tracks: [SplitTrack]
  ) -> SplitAudit.Pair {
    var shared: [SplitAudit.Relation: SplitAudit.Overlap] = [:]
    for relation in SplitAudit.Relation.allCases {
      var names: Set<String> = []
      var count = 0
      for track in tracks {
        let leaks = marks(of: track, relation).filter { mark in
          sides[relation]?[mark.key]?.contains(where: isFirst) ?? false
        }
        if leaks.isEmpty { continue }
        count += 1
        names.formUnion(leaks.map(\.name))
      }
      shared[relation] = SplitAudit.Overlap(
        tracks: count, percent: tracks.isEmpty ? 0 : 100 * Double(count) / Double(tracks.count),
        names: names.sorted(by: ByteOrder.precedes))
    }
    return SplitAudit.Pair(first: first, second: second, tracks: tracks.count, shared: shared)
  }

  private func marks(of track: SplitTrack, _ relation: SplitAudit.Relation) -> [Mark] {
    switch relation {
    case .tracks: return [([track.id], track.id)]
    case .recordings:
      let own: Mark = (["track", track.id], track.id)
      return [own] + (track.groupKey.map { [(["group", $0], $0)] } ?? [])
    case .neighbours:
      return (neighbours[track.id] ?? []).map { ([$0], "\(track.id) ~ \($0)") }
    case .artists:
      guard let artist = track.artistKey else { return [] }
      return [([artist], track.artist ?? artist)]
    case .titles:
      guard let artist = track.artistKey, let title = track.titleKey else { return [] }
      return [([artist, title], "\(track.artist ?? artist): \(track.title ?? title)")]
    }
  }
}
