import Wording

extension Split {
  /// Divides tracks as a plan says. The result depends on the plan and the set of tracks only, not
  /// on their order.
  ///
  /// - ``SplitPolicy/stratified``: the tracks of each label are put in byte order of their ids and
  ///   shuffled by a generator keyed by (seed, label), then cut. Each label gives each side its
  ///   share rounded down or up, and so does the whole collection; a side whose share of everything
  ///   is less than one track may stay empty. Where a track has several labels,
  ///   ``IterativeStratification`` and a search divide them all at once.
  /// - ``SplitPolicy/grouped``: the components of ``TrackGroups`` are divided whole, each label as
  ///   near its shares as a search finds; see ``balance(tracks:)`` for how near. Sides stay empty
  ///   only where there are fewer components than sides.
  /// - ``SplitPolicy/slices``: nothing is assigned; see ``side(of:slice:)``.
  /// - Parameters:
  ///   - plan: the policy, the seed and the division.
  ///   - tracks: the tracks.
  ///   - links: further pairs of ids that must not straddle, such as near-duplicates that were
  ///     found; used by the grouped policy.
  /// - Throws: ``SplitError`` when there are no tracks, two share an id, folds outnumber tracks (or
  ///   groups, where those are divided), or the plan is a published one.
  public static func make(
    _ plan: SplitPlan, tracks: [SplitTrack], links: [(String, String)] = []
  ) throws(SplitError) -> Split {
    // What has no label is no example, unless nothing has one.
    let labelled = tracks.filter { !$0.labelNames.isEmpty }
    if tracks.isEmpty {
      throw SplitError(
        .noTracks, operation: "make split", NameRules.quoted(plan.name), "has no tracks to divide",
        hint: "prepare some tracks first")
    }
    let tracks = (labelled.isEmpty ? tracks : labelled).sorted { ByteOrder.precedes($0.id, $1.id) }
    var seen: Set<String> = []
    for track in tracks where !seen.insert(track.id).inserted {
      throw SplitError(
        .duplicateID, operation: "make split", NameRules.quoted(track.id), "occurs twice",
        hint: "give every track its own id")
    }
    try checkFolds(plan, parts: tracks.count, of: "tracks")
    let assignment =
      switch plan.policy {
      case .stratified:
        tracks.haveSeveralLabels
          ? divided(plan, tracks, components: tracks.indices.map { [$0] })
          : stratified(plan, tracks)
      case .grouped: try grouped(plan, tracks, links)
      case .slices: [String: String]()
      case .published:
        throw SplitError(
          .unknownPlan, operation: "make split", NameRules.quoted(plan.name),
          "was published, not made from a plan", hint: "give the manifest that publishes it")
      }
    return try Split(plan: plan, sides: plan.sides, assignment: assignment)
  }

  /// Divides tracks of which only the labels are known; see
  /// ``make(_:tracks:links:)``.
  /// - Throws: ``SplitError`` as there.
  public static func make(
    _ plan: SplitPlan, tracks: [(id: String, label: String)]
  ) throws(SplitError) -> Split {
    try make(plan, tracks: tracks.map { SplitTrack(id: $0.id, label: $0.label) })
  }

  /// Divides the tracks of a manifest; see ``make(_:tracks:links:)``.
  /// - Throws: ``SplitError`` as there.
  public static func make(_ plan: SplitPlan, tracks: [Track]) throws(SplitError) -> Split {
    try make(plan, tracks: tracks.map(SplitTrack.init))
  }

  private static func checkFolds(
    _ plan: SplitPlan, parts: Int, of word: String
  ) throws(SplitError) {
    guard case .folds(let count) = plan.division, count > parts else { return }
    throw SplitError(
      .badFolds, operation: "make split", NameRules.quoted(plan.name),
      "asks for \(Words.counted(count, "fold")) of \(parts) \(word)", hint: "use fewer folds")
  }

  private static func stratified(_ plan: SplitPlan, _ tracks: [SplitTrack]) -> [String: String] {
    var idsOfLabel: [String: [String]] = [:]
    for track in tracks { idsOfLabel[track.label, default: []].append(track.id) }
    let labels = idsOfLabel.sorted { ByteOrder.precedes($0.key, $1.key) }
    let table = Apportionment(sizes: labels.map(\.value.count), shares: plan.shares)
    var assignment: [String: String] = [:]
    for (label, counts) in zip(labels, table.counts) {
      var generator = CounterGenerator(seed: plan.seed, stream: label.key)
      var remaining = generator.shuffled(label.value)[...]
      for (side, count) in zip(plan.sides, counts) {
        for id in remaining.prefix(count) { assignment[id] = side }
        remaining = remaining.dropFirst(count)
      }
    }
    return assignment
  }

  private static func grouped(
    _ plan: SplitPlan, _ tracks: [SplitTrack], _ links: [(String, String)]
  ) throws(SplitError) -> [String: String] {
    let components = TrackGroups.indices(of: tracks, links: links)
    try checkFolds(plan, parts: components.count, of: "groups that must not be divided")
    return divided(plan, tracks, components: components)
  }

  /// Divides components of tracks, given by their positions, with every label as near its shares as is found.
  private static func divided(
    _ plan: SplitPlan, _ tracks: [SplitTrack], components: [[Int]]
  ) -> [String: String] {
    let names = tracks.map(\.stratifiedLabels)
    let labels = Set(names.joined()).sorted(by: ByteOrder.precedes)
    let numbers = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
    let contents = components.map { component in
      GroupContents(component.map { names[$0].compactMap { numbers[$0] } })
    }
    let sides = zip(plan.sides, plan.shares).filter { $0.1 > 0 }
    let sum = sides.reduce(0) { $0 + $1.1 }
    var search = GroupSearch(
      groups: contents, labels: labels.count, shares: sides.map { $0.1 / sum }, seed: plan.seed,
      hasSeveralLabels: tracks.haveSeveralLabels)
    var assignment: [String: String] = [:]
    for (component, side) in zip(components, search.run()) {
      for index in component { assignment[tracks[index].id] = sides[side].0 }
    }
    return assignment
  }
}

extension SplitTrack {
  /// The labels that are divided; where a track may have one only, that, empty where it has none.
  var stratifiedLabels: [String] { tags?.names ?? [label] }
}

extension [SplitTrack] {
  /// Whether one of them has more than one label.
  fileprivate var haveSeveralLabels: Bool { contains { $0.stratifiedLabels.count > 1 } }
}
