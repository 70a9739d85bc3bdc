extension Manifest {
  /// The published splits in the order of their names, each with its sides in the order in which a
  /// person expects them.
  public var publishedSides: [NamedSides] {
    splits.sorted { ByteOrder.precedes($0.key, $1.key) }.map { name, split in
      NamedSides(
        name: name, sides: split.sideNames.map { .init(name: $0, ids: split.sides[$0] ?? []) })
    }
  }

  /// The kinds of the known faults of each track that has any, by track id.
  public var faultKinds: [String: [String]] {
    tracks.reduce(into: [:]) { faults, track in
      if !track.faults.isEmpty { faults[track.id] = track.faults.map(\.kind.rawValue) }
    }
  }
}
