/// An assignment of tracks to the sides of a plan.
public struct Split: Sendable, Hashable {
  /// What the split was made by.
  public let plan: SplitPlan
  /// The names of the sides, in order.
  public let sides: [String]
  /// The side of each track, by track id; a track that is not here is in no side.
  public let assignment: [String: String]

  /// A split that was made elsewhere, checked.
  /// - Throws: ``SplitError`` when a track is assigned to a side that is not listed.
  public init(
    plan: SplitPlan, sides: [String], assignment: [String: String]
  ) throws(SplitError) {
    let known = Set(sides)
    let strays = assignment.filter { !known.contains($0.value) }
    if let stray = strays.min(by: { ByteOrder.precedes($0.key, $1.key) }) {
      throw SplitError(
        .unknownSide, operation: "read split", NameRules.quoted(stray.key),
        "is assigned to \(NameRules.quoted(stray.value))",
        hint: "the sides are \(sides.map(NameRules.quoted).joined(separator: ", "))")
    }
    self.plan = plan
    self.sides = sides
    self.assignment = assignment
  }

  /// Divides tracks as a plan says.
  ///
  /// The tracks of each label are put in byte order of their ids and shuffled by a generator keyed
  /// by (seed, label), then cut. The result depends on the plan and the set of tracks only, not on
  /// their order. Each label gives each side its share rounded down or up, and so does the whole
  /// collection; a side whose share of everything is less than one track may stay empty.
  /// - Parameter tracks: the id and label of each track.
  /// - Throws: ``SplitError`` when there are no tracks, two share an id, or folds outnumber tracks.
  public static func make(
    _ plan: SplitPlan, tracks: [(id: String, label: String)]
  ) throws(SplitError) -> Split {
    if tracks.isEmpty {
      throw SplitError(
        .noTracks, operation: "make split", NameRules.quoted(plan.name), "has no tracks to divide",
        hint: "prepare some tracks first")
    }
    if case .folds(let count) = plan.division, count > tracks.count {
      throw SplitError(
        .badFolds, operation: "make split", NameRules.quoted(plan.name),
        "asks for \(count) folds of \(tracks.count) tracks", hint: "use fewer folds")
    }
    var idsOfLabel: [String: [String]] = [:]
    var seen: Set<String> = []
    for track in tracks.sorted(by: { ByteOrder.precedes($0.id, $1.id) }) {
      if !seen.insert(track.id).inserted {
        throw SplitError(
          .duplicateID, operation: "make split", NameRules.quoted(track.id), "occurs twice",
          hint: "give every track its own id")
      }
      idsOfLabel[track.label, default: []].append(track.id)
    }
    let labels = idsOfLabel.sorted { ByteOrder.precedes($0.key, $1.key) }
    let table = Apportionment(sizes: labels.map(\.value.count), shares: plan.shares)
    let sides = plan.sides
    var assignment: [String: String] = [:]
    for (label, counts) in zip(labels, table.counts) {
      var generator = CounterGenerator(seed: plan.seed, stream: label.key)
      var remaining = generator.shuffled(label.value)[...]
      for (side, count) in zip(sides, counts) {
        for id in remaining.prefix(count) { assignment[id] = side }
        remaining = remaining.dropFirst(count)
      }
    }
    return try Split(plan: plan, sides: sides, assignment: assignment)
  }

  /// Divides the tracks of a manifest; see ``make(_:tracks:)-(_,[(id:String,label:String)])``.
  /// - Throws: ``SplitError`` as there.
  public static func make(_ plan: SplitPlan, tracks: [Track]) throws(SplitError) -> Split {
    try make(plan, tracks: tracks.map { (id: $0.id, label: $0.label) })
  }

  /// How many tracks of each label each side holds: side, then label, then tracks. Every side and
  /// every label of an assigned track occurs, with 0 where there are none.
  public func counts(
    tracks: [(id: String, label: String)]
  ) -> [String: [String: Int]] {
    var none: [String: Int] = [:]
    for track in tracks where assignment[track.id] != nil { none[track.label] = 0 }
    var counts: [String: [String: Int]] = [:]
    for side in sides { counts[side] = none }
    for track in tracks {
      if let side = assignment[track.id] { counts[side]?[track.label]? += 1 }
    }
    return counts
  }

  /// The ids of one side in byte order; none for a side that does not exist.
  public func ids(of side: String) -> [String] {
    assignment.filter { $0.value == side }.map(\.key).sorted(by: ByteOrder.precedes)
  }
}

extension Split: Codable {
  private enum CodingKeys: String, CodingKey {
    case plan, sides, assignment
  }

  /// Reads and checks a split.
  /// - Throws: `DecodingError` for a wrong shape, ``SplitError`` for wrong contents.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      plan: fields.decode(SplitPlan.self, forKey: .plan),
      sides: fields.decode([String].self, forKey: .sides),
      assignment: fields.decode([String: String].self, forKey: .assignment))
  }
}
