/// How near a split comes to the shares that were asked for, label by label.
public struct SplitBalance: Sendable, Hashable, Codable {
  /// One label on one side.
  public struct Cell: Sendable, Hashable, Codable {
    /// The side.
    public var side: String
    /// The label; nil for all tracks of the side.
    public var label: String?
    /// The share of the label's tracks that was asked for, in tracks; of a published split, what
    /// the label would have if it were shared out like the whole.
    public var target: Double
    /// The tracks that are there.
    public var got: Int

    /// Tracks too many, or too few where it is negative.
    public var deviation: Double { Double(got) - target }
  }

  /// Every label on every side, sides in their order, labels in byte order.
  public var labels: [Cell]
  /// Every side as a whole.
  public var totals: [Cell]

  /// The label that is furthest from its target; the first of several; nil without any.
  public var worst: Cell? {
    labels.max { abs($0.deviation) < abs($1.deviation) }
  }

  /// Sides that were to have tracks and have none.
  public var emptySides: [String] {
    totals.filter { $0.got == 0 && $0.target > 0 }.map(\.side)
  }
}

extension SplitBalance {
  /// For each side that has tracks the labels of which it was to have some and has none, in byte
  /// order; sides without such labels left out.
  public var absentLabels: [(side: String, labels: [String])] {
    totals.compactMap { total in
      guard total.got > 0 else { return nil }
      let absent = labels.filter { $0.side == total.side && $0.got == 0 && $0.target > 0 }
      return absent.isEmpty ? nil : (total.side, absent.compactMap(\.label))
    }
  }
}

extension Split {
  /// How near each label comes to its share on each side, over the assigned tracks.
  ///
  /// With the policy ``SplitPolicy/slices`` there is nothing to compare: the result is empty.
  public func balance(tracks: [(id: String, label: String)]) -> SplitBalance {
    balance(tracks: tracks.map { SplitTrack(id: $0.id, label: $0.label) })
  }

  /// The same of tracks that may have several labels.
  public func balance(tracks: [SplitTrack]) -> SplitBalance {
    if plan.policy == .slices { return SplitBalance(labels: [], totals: []) }
    let counts = counts(tracks: tracks)
    let got = sides.map { counts[$0] ?? [:] }
    let names = (got.first ?? [:]).keys.sorted(by: ByteOrder.precedes)
    let sizes = names.map { name in got.reduce(0) { $0 + ($1[name] ?? 0) } }
    let indices = Dictionary(sides.enumerated().map { ($1, $0) }, uniquingKeysWith: { $1 })
    var totals = [Int](repeating: 0, count: sides.count)
    for track in tracks {
      if let index = assignment[track.id].flatMap({ indices[$0] }) { totals[index] += 1 }
    }
    let whole = totals.reduce(0, +)
    let shares =
      plan.shares.count == sides.count
      ? plan.shares : totals.map { Double($0) / Double(max(1, whole)) }
    var balance = SplitBalance(labels: [], totals: [])
    for (index, side) in sides.enumerated() {
      balance.totals.append(
        SplitBalance.Cell(
          side: side, label: nil, target: shares[index] * Double(whole), got: totals[index]))
      for (name, size) in zip(names, sizes) {
        balance.labels.append(
          SplitBalance.Cell(
            side: side, label: name, target: shares[index] * Double(size),
            got: got[index][name] ?? 0))
      }
    }
    return balance
  }
}
