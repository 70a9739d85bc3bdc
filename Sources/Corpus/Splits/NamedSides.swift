/// A split as it was published with a dataset: sides with the tracks that each holds.
public struct NamedSides: Sendable, Hashable {
  /// A side.
  public struct Side: Sendable, Hashable {
    /// What it is called: `train`, `validation`, `test`, `fold-1`.
    public var name: String
    /// Its tracks.
    public var ids: [String]

    /// A side of these tracks.
    public init(name: String, ids: [String]) {
      self.name = name
      self.ids = ids
    }
  }

  /// What the split is called.
  public var name: String
  /// The sides, in the order in which they are to be shown.
  public var sides: [Side]

  /// A split of these sides; ``Split/published(_:tracks:)`` checks it.
  public init(name: String, sides: [Side]) {
    self.name = name
    self.sides = sides
  }

  /// The plan of the split.
  /// - Throws: ``SplitError`` for names that cannot be stored and sides of one name.
  public func plan() throws(SplitError) -> SplitPlan {
    try SplitPlan(policy: .published(name), seed: 0, division: .sides(sides.map(\.name)))
  }
}

extension Split {
  /// The split of `published` over the tracks there are; see ``published(name:sides:tracks:)``.
  /// - Throws: ``SplitError`` as there.
  public static func published(
    _ published: NamedSides, tracks: [String]
  ) throws(SplitError) -> Split {
    try Self.published(
      name: published.name, sides: published.sides.map { ($0.name, $0.ids) }, tracks: tracks)
  }

  /// A split of no track, in the place of one that the tracks do not allow.
  public static func empty(_ plan: SplitPlan) -> Split {
    Split(unchecked: plan, sides: plan.sides, assignment: [:])
  }

  /// A split that was published with a dataset.
  /// - Parameters:
  ///   - name: what it is called there; the split has the policy `published:NAME` and this name.
  ///   - sides: the ids of each side, the sides in the order in which they are to be shown.
  ///   - tracks: the ids of the tracks there are. Those that the split names and that are not there
  ///     (not in the folder, or in quarantine) are left out; those that it does not name are in no side.
  /// - Throws: ``SplitError`` where two sides have one name, a track is on two sides, or not one of
  ///   the tracks is there.
  public static func published(
    name: String, sides: [(name: String, ids: [String])], tracks: [String]
  ) throws(SplitError) -> Split {
    let plan = try SplitPlan(
      policy: .published(name), seed: 0, division: .sides(sides.map(\.name)))
    let known = Set(tracks)
    var sideOf: [String: String] = [:]
    for (side, ids) in sides {
      for id in ids {
        if let other = sideOf[id], other != side {
          throw SplitError(
            .badAssignment, operation: "read published split", NameRules.quoted(id),
            "is in \(NameRules.quoted(other)) and in \(NameRules.quoted(side))",
            hint: "name it on one side of \(NameRules.quoted(name))")
        }
        sideOf[id] = side
      }
    }
    let assignment = sideOf.filter { known.contains($0.key) }
    if assignment.isEmpty {
      throw SplitError(
        .noTracks, operation: "read published split", NameRules.quoted(name),
        "names none of the \(tracks.count) tracks",
        hint: "check that it belongs to this collection")
    }
    return try Split(plan: plan, sides: plan.sides, assignment: assignment)
  }

  /// The same split of fewer tracks.
  /// - Parameter tracks: the ids that stay.
  public func restricted(to tracks: some Sequence<String>) -> Split {
    let known = Set(tracks)
    return Split(
      unchecked: plan, sides: sides, assignment: assignment.filter { known.contains($0.key) })
  }
}
