import Wording
internal import Corpus
internal import DatasetCache

/// Says of each track what a plan does with it and why, its files having been compared.
struct PlanExplaining {
  private let plan: PreparationPlan
  private let recipe: Recipe
  private let fingerprints: [View: Fingerprint]
  private let matches: [Int: ContentMatching.Match]
  private let known: [[UInt8]: TrackRecord]
  private let quarantine: [[UInt8]: QuarantineRecord]
  private let dropped: [[UInt8]: DroppedRecord]
  /// The ids that have not what they had any more.
  private let lost: Set<[UInt8]>

  init(
    _ plan: PreparationPlan, _ matches: [Int: ContentMatching.Match], recipe: Recipe,
    fingerprints: [View: Fingerprint], contents: CacheContents
  ) {
    self.plan = plan
    self.recipe = recipe
    self.fingerprints = fingerprints
    self.matches = matches
    let records = contents.records
    known = Dictionary(
      records.tracks.map { (Array($0.id.utf8), $0) }, uniquingKeysWith: { first, _ in first })
    quarantine = Dictionary(
      records.quarantined.map { (Array($0.path.utf8), $0) }, uniquingKeysWith: { first, _ in first }
    )
    dropped = Dictionary(
      records.dropped.map { (Array($0.track.path.utf8), $0) },
      uniquingKeysWith: { first, _ in first })
    var lost = Set(plan.removed.map { Array($0.utf8) })
    for (index, task) in plan.tasks.enumerated() {
      if case .same? = matches[index] { continue }
      if task.isInDoubt || task.record == nil { lost.insert(Array(task.track.id.utf8)) }
    }
    self.lost = lost
  }

  /// All changes, in the order of the paths.
  func changes() -> [TrackChange] {
    var all = plan.findings.notes
    var sources: Set<[UInt8]> = []
    for (index, task) in plan.tasks.enumerated() {
      if case .known(let record, _)? = matches[index] { sources.insert(Array(record.id.utf8)) }
      all.append(change(task, matches[index]))
    }
    for id in plan.removed where !sources.contains(Array(id.utf8)) {
      guard let record = known[Array(id.utf8)] else { continue }
      all.append(
        TrackChange(
          id: id, path: record.path, kinds: [.removed],
          reason: "the collection does not have it any more"))
    }
    return all.sorted { ByteOrder.precedes($0.path, $1.path) }
  }

  private func change(
    _ task: PreparationPlan.Task, _ match: ContentMatching.Match?
  ) -> TrackChange {
    let before = known[Array(task.track.id.utf8)]
    var change = TrackChange(
      id: task.track.id, path: task.track.path, kinds: [], views: task.views.sorted(), reason: "")
    var reasons: [String] = []
    var origin = before
    if case .known(let record, _)? = match {
      let isLost = lost.contains(Array(record.id.utf8))
      origin = record
      change.kinds.append(isLost ? .renamed : .copied)
      change.from = record.path
      let views = recipe.allViews.filter {
        fingerprints[$0.name] == nil || !$0.kind.command.isEmpty
          || record.views[$0.name] != fingerprints[$0.name]
      }.map(\.name)
      change.views = views.sorted()
      reasons.append(views.isEmpty ? "same content, values are kept" : "same content")
    } else {
      let isSame = if case .same? = match { true } else { false }
      let (kind, reason) = cause(of: task, isSame: isSame, before)
      if task.isInDoubt, !isSame { change.views = fingerprints.keys.sorted() }
      if let kind { change.kinds.append(kind) }
      if isSame, let before, !before.path.utf8.elementsEqual(task.track.path.utf8) {
        change.kinds = [.renamed]
        change.from = before.path
        reasons.append("same content, values are kept")
      } else if let reason {
        reasons.append(reason)
      }
    }
    if let origin { describe(task.track, origin, &change, &reasons) }
    if !change.views.isEmpty {
      let isWhole = Set(change.views) == Set(fingerprints.keys)
      if change.kinds.isEmpty || (task.record != nil && !isWhole && change.from == nil) {
        change.kinds.append(.recomputed)
      }
      reasons.append(
        "computes " + (isWhole ? "all views" : change.views.map(text).joined(separator: ", ")))
    } else if task.record != nil, task.record?.figures == nil {
      change.kinds.append(.recomputed)
      reasons.append("its figures were not measured before")
    }
    change.reason = reasons.joined(separator: "; ")
    return change
  }

  /// A view with the reason why it is another.
  private func text(_ view: View) -> String {
    guard let causes = plan.findings.causes[view], !causes.isEmpty else { return view.rawValue }
    return "\(view.rawValue) (\(causes.joined(separator: ", ")))"
  }

  private func cause(
    of task: PreparationPlan.Task, isSame: Bool, _ before: TrackRecord?
  ) -> (TrackChange.Kind?, String?) {
    switch task.cause {
    case .new: return (.added, nil)
    case .again:
      let record = quarantine[Array(task.track.path.utf8)]
      return (.triedAgain, record.map { "was in quarantine: \($0.code), \($0.message)" })
    case .restored:
      let record = dropped[Array(task.track.path.utf8)]
      return (.takenAgain, record.map { "was left out: \($0.message)" })
    case .damaged: return (.damaged, "its record is damaged")
    case .changed(let stamp):
      guard let now = task.stamp else { return (.changed, "its file cannot be looked at") }
      guard let stamp else { return (.changed, "size and time are not known") }
      return (
        .changed,
        "size \(Words.count(Int(stamp.byteCount))) → \(Words.count(Int(now.byteCount))) bytes"
      )
    case .touched:
      return isSame
        ? (.touched, "another time, the same content")
        : (.changed, "other content of the same size, another time")
    case .checked:
      return isSame
        ? (.compared, "the same content") : (.changed, "other content at the same size and time")
    case .tooLong: return (.changed, "longer than the recipe's maximum of seconds")
    case .partial: return (.recomputed, "an earlier version may have read a part of it")
    case .views: return (nil, nil)
    }
  }

  /// Adds in what else than its content a track is another one than it was.
  private func describe(
    _ track: Track, _ before: TrackRecord, _ change: inout TrackChange, _ reasons: inout [String]
  ) {
    var renewed = before
    let changes = renewed.take(track)
    if changes.contains("label") {
      change.kinds.append(.relabelled)
      reasons.append("label \(before.label) → \(track.label)")
    }
    let others = changes.filter { $0 != "label" }
    if !others.isEmpty {
      change.kinds.append(.described)
      reasons.append("\(others.joined(separator: ", ")) changed")
    }
  }
}
