/// An assignment of tracks, or of slices, to the sides of a plan.
public struct Split: Sendable, Hashable {
  /// What the split was made by.
  public let plan: SplitPlan
  /// The names of the sides, in order.
  public let sides: [String]
  /// The side of each track, by track id; a track that is not here is in no side. Empty for the
  /// policy ``SplitPolicy/slices``, which has a side for each slice: see ``side(of:slice:)``.
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
    self.init(unchecked: plan, sides: sides, assignment: assignment)
  }

  /// A split that is known to be sound.
  init(unchecked plan: SplitPlan, sides: [String], assignment: [String: String]) {
    self.plan = plan
    self.sides = sides
    self.assignment = assignment
  }

  /// The side of a slice of a track; nil where the track is in none.
  ///
  /// A slice is where its track is. Only the policy ``SplitPolicy/slices`` draws each slice on its
  /// own, with the shares as chances: by a generator keyed by (seed, track), at the slice's
  /// position, so that nothing need be stored.
  /// - Parameters:
  ///   - id: the track.
  ///   - slice: the number of the slice in its view, 0 or more.
  public func side(of id: String, slice: Int) -> String? {
    if plan.policy != .slices { return assignment[id] }
    var generator = CounterGenerator(seed: plan.seed, stream: id)
    generator.position = UInt64(clamping: slice)
    let chance = Double(generator.next() >> 11) / Double(1 << 53)
    var sum = 0.0
    for (side, share) in zip(sides, plan.shares) {
      sum += share
      if chance < sum { return side }
    }
    // The shares may sum to a little less than 1.
    return zip(sides, plan.shares).reversed().first { $1 > 0 }?.0
  }

  /// The tracks of each side, in the order of ``sides``, in the order given. With the policy
  /// ``SplitPolicy/slices`` a track is in every side that holds one of its slices.
  /// - Parameters:
  ///   - ids: the tracks.
  ///   - slices: how many slices a track has; asked for that policy only.
  public func members(of ids: [String], slices: (String) -> Int) -> [[String]] {
    let indices = Dictionary(
      sides.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var members = [[String]](repeating: [], count: sides.count)
    for id in ids {
      let count = plan.policy == .slices ? slices(id) : 1
      var indices = Set((0..<count).compactMap { side(of: id, slice: $0).flatMap { indices[$0] } })
      while let index = indices.popFirst() { members[index].append(id) }
    }
    return members
  }

  /// The same of tracks that have one label each.
  public func counts(tracks: [(id: String, label: String)]) -> [String: [String: Int]] {
    counts(tracks: tracks.map { SplitTrack(id: $0.id, label: $0.label) })
  }

  /// How many tracks of each label each side holds: side, then label, then tracks. Every side and
  /// every label of an assigned track occurs, with 0 where there are none. A track with several labels counts for each.
  public func counts(tracks: [SplitTrack]) -> [String: [String: Int]] {
    var none: [String: Int] = [:]
    for track in tracks where assignment[track.id] != nil {
      for label in track.stratifiedLabels { none[label] = 0 }
    }
    var counts: [String: [String: Int]] = [:]
    for side in sides { counts[side] = none }
    for track in tracks {
      guard let side = assignment[track.id] else { continue }
      for label in track.stratifiedLabels { counts[side]?[label]? += 1 }
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
