internal import DatasetCache

/// What a plan was made from, counted: of several shards it can be added up.
struct PlanFindings: Sendable {
  var reasons = PlanReasons()
  var losses = PlanLosses()
  /// Why each view of the cache differs from the recipe's.
  var causes: [View: [String]] = [:]
  /// Tracks of which nothing is computed and something becomes nevertheless.
  var notes: [TrackChange] = []

  /// Adds those of another shard.
  mutating func add(_ other: PlanFindings) {
    reasons.add(other.reasons)
    losses.add(other.losses)
    causes.merge(other.causes) { first, _ in first }
    notes += other.notes
  }
}

extension PreparationPlan.Overview {
  /// Takes the lines that findings come to.
  mutating func take(_ findings: PlanFindings) {
    reasons = findings.reasons.lines(causes: findings.causes)
    losses = findings.losses.lines
  }

  /// Takes what becomes of each track, as far as it is asked for.
  mutating func take(_ explained: [TrackChange], _ detail: PreparationPlan.Detail) {
    if detail == .reasons { return }
    var counts: [String: Int] = [:]
    for kind in explained.flatMap(\.kinds) { counts[kind.rawValue, default: 0] += 1 }
    changes = counts
    if detail == .tracks { tracksExplained = explained }
  }

  /// The overview of several shards as one.
  init(summing plans: [PreparationPlan]) {
    func sum(_ count: (PreparationPlan.Overview) -> Int) -> Int {
      plans.reduce(0) { $0 + count($1.overview) }
    }
    var findings = PlanFindings()
    var warnings: [String] = []
    for plan in plans {
      findings.add(plan.findings)
      warnings += plan.overview.warnings.filter { !warnings.contains($0) }
    }
    self.init(
      tracks: sum(\.tracks), pending: sum(\.pending), unchanged: sum(\.unchanged),
      dropped: sum(\.dropped), removed: sum(\.removed), reasons: [], losses: [],
      warnings: warnings,
      forecast: PreparationForecast(summing: plans.compactMap(\.overview.forecast)))
    take(findings)
  }
}
