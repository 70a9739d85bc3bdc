extension Manifest {
  /// This manifest as fault policies would have it: tracks relabelled, and repetitions in the group
  /// of what they repeat.
  ///
  /// Applied to a whole manifest, before it is laid over a folder: two copies of a recording stay
  /// together also where the original isn't there.
  ///
  /// - Throws: ``ManifestError`` where a track is to be relabelled and its fault names no label.
  public func applying(_ policies: FaultPolicies) throws(ManifestError) -> Manifest {
    if tracks.allSatisfy(\.faults.isEmpty) { return self }
    var tracks = tracks
    if policies[.mislabelled] == .relabel {
      for index in tracks.indices { try Self.relabel(&tracks[index]) }
    }
    Self.joinGroups(of: &tracks, policies)
    return Manifest(
      unchecked: name, version: version, licence: licence, citations: citations, labels: labels,
      tracks: tracks, splits: splits, otherFields: otherFields)
  }

  /// This manifest without the tracks that fault policies drop, and those with what drops them.
  ///
  /// A repetition is dropped because the recording is there once more. So of repetitions of each
  /// other without an original among these tracks the first by id stays.
  public func dropping(
    _ policies: FaultPolicies
  ) -> (manifest: Manifest, dropped: [(track: Track, fault: Fault)]) {
    let lonely = Self.originals(among: tracks, policies)
    var kept: [Track] = []
    var dropped: [(track: Track, fault: Fault)] = []
    for track in tracks {
      let fault = track.faults.first { fault in
        guard let subject = FaultSubject(fault.kind), policies[subject] == .drop else {
          return false
        }
        return !(subject.isRelation && lonely.contains(track.id))
      }
      if let fault { dropped.append((track, fault)) } else { kept.append(track) }
    }
    if dropped.isEmpty { return (self, []) }
    let gone = Set(dropped.map(\.track.id))
    let manifest = Manifest(
      unchecked: name, version: version, licence: licence, citations: citations, labels: labels,
      tracks: kept, splits: splits.mapValues { $0.filtered { !gone.contains($0) } },
      otherFields: otherFields)
    return (manifest, dropped)
  }

  private static func relabel(_ track: inout Track) throws(ManifestError) {
    guard let number = track.faults.firstIndex(where: { $0.kind == .mislabelled }) else { return }
    guard let label = track.faults.lazy.compactMap(\.label).first else {
      throw ManifestError(
        .missingField,
        at: "track \(NameRules.quoted(track.id)): faults[\(number)].label",
        "is missing, and mislabelled tracks are to be relabelled",
        hint: "add the label that it should have, or choose keep or drop for mislabelled",
        operation: "apply the fault policies")
    }
    if track.tags == nil { track.label = label } else { track.tags = TrackTags([label]) }
  }

  /// Puts the repetitions that policies group into one group with what they repeat: the first of
  /// the groups that they have, or else a group named like the first of the tracks. Those that are
  /// dropped too: where what they repeat isn't there, the group shows which of them repeat each
  /// other.
  private static func joinGroups(of tracks: inout [Track], _ policies: FaultPolicies) {
    let links = links(of: tracks) { policies[$0] != .keep }
    if links.isEmpty { return }
    let known = tracks.map { SplitTrack(id: $0.id, label: $0.label, group: $0.group) }
    let indices = Dictionary(uniqueKeysWithValues: tracks.enumerated().map { ($1.id, $0) })
    var taken = Set(tracks.compactMap(\.group))
    for component in TrackGroups(tracks: known, links: links).components where component.count > 1 {
      let members = component.compactMap { indices[$0] }
      let groups = Set(members.compactMap { tracks[$0].group })
      var name = groups.min(by: ByteOrder.precedes) ?? component[0]
      while groups.isEmpty, taken.contains(name) { name += "'" }
      taken.insert(name)
      for index in members { tracks[index].group = name }
    }
  }

  /// The tracks that stay although they are repetitions: nothing that they repeat is there.
  private static func originals(among tracks: [Track], _ policies: FaultPolicies) -> Set<String> {
    let links = links(of: tracks) { policies[$0] == .drop }
    let known = tracks.map { SplitTrack(id: $0.id, label: $0.label, group: $0.group) }
    let repetitions = Set(
      tracks.filter { track in
        track.faults.contains { fault in
          FaultSubject(fault.kind).map { $0.isRelation && policies[$0] == .drop } ?? false
        }
      }.map(\.id))
    if repetitions.isEmpty { return [] }
    var originals: Set<String> = []
    for component in TrackGroups(tracks: known, links: links).components
    where component.allSatisfy(repetitions.contains) { originals.insert(component[0]) }
    return originals
  }

  private static func links(
    of tracks: [Track], where isMeant: (FaultSubject) -> Bool
  ) -> [(String, String)] {
    tracks.flatMap { track in
      track.faults.compactMap { fault -> (String, String)? in
        guard let subject = FaultSubject(fault.kind), subject.isRelation,
          isMeant(subject), let original = fault.of
        else { return nil }
        return (track.id, original)
      }
    }
  }
}
