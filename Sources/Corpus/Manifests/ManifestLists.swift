extension Manifest {
  /// The tracks of one side of a published split, a line each.
  public struct SideList: Sendable {
    /// The name of the split.
    public var split: String
    /// The name of the side.
    public var side: String
    /// The file: its first field on a line, up to a tab, names a track by its id, its path, or its file's name with or
    /// without extension.
    public var lines: [UInt8]

    /// A list of these parts.
    public init(split: String, side: String, lines: [UInt8]) {
      self.split = split
      self.side = side
      self.lines = lines
    }
  }

  /// This manifest with further published splits, which are given as lists of tracks.
  ///
  /// - Throws: ``ManifestError`` that names the line of a track that is not there, or is named by what several are.
  public func adding(lists: [SideList]) throws(ManifestError) -> Manifest {
    if lists.isEmpty { return self }
    var idsOfName: [String: Set<String>] = [:]
    for track in tracks {
      for name in [track.id] + PathParts(track.path).names(of: track.path) {
        idsOfName[name, default: []].insert(track.id)
      }
    }
    var sides: [String: [String: [String]]] = [:]
    for list in lists {
      let table = try TabbedTable(list.lines, file: "the list of \(list.split), \(list.side)")
      for row in table.rows {
        let name = try table.field(row, 0, "track")
        // An id comes before all else that is called so.
        let found = tracksByID(name).map { [$0] } ?? idsOfName[name].map(Array.init) ?? []
        guard let id = found.first, found.count == 1 else {
          throw table.error(
            row.line,
            "names \(NameRules.quoted(name)), which is \(found.isEmpty ? "no track" : "several tracks")"
          )
        }
        sides[list.split, default: [:]][list.side, default: []].append(id)
      }
    }
    var splits = splits
    for (name, sides) in sides {
      splits[name] = PublishedSplit(source: "lists of tracks", isOfficial: true, sides: sides)
    }
    return try Manifest(
      name: name, version: version, licence: licence, citations: citations, labels: labels,
      tracks: tracks, splits: splits, otherFields: otherFields)
  }

  private func tracksByID(_ id: String) -> String? {
    var (low, high) = (0, tracks.count)
    while low < high {
      let middle = (low + high) / 2
      if ByteOrder.precedes(tracks[middle].id, id) { low = middle + 1 } else { high = middle }
    }
    return low < tracks.count && tracks[low].id == id ? id : nil
  }

  /// This manifest with the most frequent labels alone; of equally frequent ones the first in byte order. A track that
  /// has none of them stays without a label.
  public func keepingLabels(_ count: Int) throws(ManifestError) -> Manifest {
    var tracksOfLabel: [String: Int] = [:]
    for track in tracks {
      for label in track.labelNames { tracksOfLabel[label, default: 0] += 1 }
    }
    let kept = Set(
      tracksOfLabel.sorted {
        $0.value == $1.value ? ByteOrder.precedes($0.key, $1.key) : $0.value > $1.value
      }.prefix(count).map(\.key))
    let tracks = tracks.map { track in
      var track = track
      if let tags = track.tags {
        let pairs = zip(tags.names, tags.weights).filter { kept.contains($0.0) }
        track.tags = TrackTags(Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
      } else if !kept.contains(track.label) {
        track.label = ""
      }
      return track
    }
    return try Manifest(
      name: name, version: version, licence: licence, citations: citations, labels: Array(kept),
      tracks: tracks, splits: splits, otherFields: otherFields)
  }

  /// Labels that differ from each other in case or blanks alone, such as `Hip Hop` and `hip hop`, in byte order.
  public var labelsAlike: [[String]] {
    Dictionary(grouping: labels) { label in
      label.lowercased().split(whereSeparator: { $0.isWhitespace || $0 == "-" || $0 == "_" })
        .joined()
    }.values.filter { $0.count > 1 }.sorted { ByteOrder.precedes($0[0], $1[0]) }
  }

  /// Labels that no track has, in byte order.
  public var unusedLabels: [String] {
    let used = Set(tracks.flatMap(\.labelNames))
    return labels.filter { !used.contains($0) }
  }
}
