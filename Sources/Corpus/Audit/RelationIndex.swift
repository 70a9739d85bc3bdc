/// On which sides everything lies that tracks can share.
struct RelationIndex {
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
      var sidesOfKey: [[String]: [Int]] = [:]
      for (side, tracks) in members.enumerated() {
        for mark in tracks.flatMap({ marks(of: $0, relation) })
        where sidesOfKey[mark.key]?.last != side {
          sidesOfKey[mark.key, default: []].append(side)
        }
      }
      sides[relation] = sidesOfKey
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
        let leaks = self.shared(by: track, relation, isFirst)
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

  /// What a track shares in one way with the tracks of some sides.
  func shared(
    by track: SplitTrack, _ relation: SplitAudit.Relation, _ isFirst: (Int) -> Bool
  ) -> [Mark] {
    marks(of: track, relation).filter { mark in
      sides[relation]?[mark.key]?.contains(where: isFirst) ?? false
    }
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
