extension Manifest {
  /// The published splits in the order of their names, each with its sides in the order in which a
  /// person expects them.
  public var publishedSides: [NamedSides] {
    splits.sorted { ByteOrder.precedes($0.key, $1.key) }.map { name, split in
      NamedSides(
        name: name, sides: split.sideNames.map { .init(name: $0, ids: split.sides[$0] ?? []) })
    }
  }

  /// The names of the dataset's own splits, by which published figures compare, in byte order.
  public var officialSplits: [String] {
    splits.filter(\.value.isOfficial).keys.sorted(by: ByteOrder.precedes)
  }

  /// The kinds of the known faults of each track that has any, by track id.
  public var faultKinds: [String: [String]] {
    tracks.reduce(into: [:]) { faults, track in
      if !track.faults.isEmpty { faults[track.id] = track.faults.map(\.kind.rawValue) }
    }
  }
}
