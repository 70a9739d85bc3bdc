import Wording
internal import Corpus
internal import DatasetCache

/// How many tracks have something to do, by the reason.
struct PlanReasons {
  var new = 0
  var again = 0
  var dropped = 0
  var changed = 0
  /// Files with another time, of the same size.
  var touched = 0
  /// Files of the same size and time whose content is compared nevertheless.
  var checked = 0
  /// Tracks whose records cannot be read.
  var damaged: [String] = []
  /// Other records that cannot be read, by their keys.
  var unreadable: [String] = []
  var tooLong = 0
  /// Files that an earlier version may have read in part.
  var partial = 0
  var unmeasured = 0
  var stale: [View: Int] = [:]
  private var rewritten: [String: Int] = [:]
  private var drops: [DropReason: Int] = [:]
  private var quarantines: [FaultSubject: Int] = [:]

  /// A track is to be dropped that was not.
  mutating func drop(_ reason: DropReason) { drops[reason, default: 0] += 1 }

  /// A track is to be put into quarantine for its figures.
  mutating func quarantine(_ subject: FaultSubject) { quarantines[subject, default: 0] += 1 }

  /// A track's record is to be written again.
  mutating func rewrite(_ changes: [String]) {
    if !changes.isEmpty { rewritten[changes.joined(separator: ", "), default: 0] += 1 }
  }

  /// Adds those of another shard.
  mutating func add(_ other: PlanReasons) {
    new += other.new
    again += other.again
    dropped += other.dropped
    changed += other.changed
    touched += other.touched
    checked += other.checked
    damaged += other.damaged
    unreadable += other.unreadable
    tooLong += other.tooLong
    partial += other.partial
    unmeasured += other.unmeasured
    stale.merge(other.stale, uniquingKeysWith: +)
    rewritten.merge(other.rewritten, uniquingKeysWith: +)
    drops.merge(other.drops, uniquingKeysWith: +)
    quarantines.merge(other.quarantines, uniquingKeysWith: +)
  }

  /// A line a reason.
  func lines(causes: [View: [String]]) -> [String] {
    let whole = [
      (new, "new"), (again, "were in quarantine, tried again"),
      (dropped, "were dropped, looked at again"), (changed, "file changed"),
      (tooLong, "longer than the recipe's maximum"),
      (partial, "an earlier version could miss a part of mp3 and Ogg files"),
    ]
    var reasons = whole.filter { $0.0 > 0 }.map { "all views of \(counted($0.0)): \($0.1)" }
    if !damaged.isEmpty {
      let records = damaged.count == 1 ? "its record is damaged" : "their records are damaged"
      reasons.append(
        "all views of \(counted(damaged.count)): \(records) (\(Words.list(damaged, atMost: 5)))")
    }
    if !unreadable.isEmpty {
      reasons.append(
        "take out \(counted(unreadable.count, "damaged record", "damaged records")): "
          + Words.list(unreadable, atMost: 5))
    }
    if touched > 0 { reasons.append("content of \(counted(touched)): file touched or moved") }
    if checked > 0 { reasons.append("content of \(counted(checked)): to be checked") }
    reasons += rewritten.sorted { ByteOrder.precedes($0.key, $1.key) }.map {
      "records of \(counted($0.value)): \($0.key) changed"
    }
    if let count = drops[.excluded] { reasons.append("drop \(counted(count)): excluded") }
    for subject in FaultSubject.allCases {
      if let count = drops[.fault(subject)] {
        reasons.append("drop \(counted(count)): \(subject.rawValue) is drop")
      }
      if let count = quarantines[subject] {
        reasons.append("quarantine \(counted(count)): \(subject.rawValue) is quarantine")
      }
    }
    if unmeasured > 0 { reasons.append("figures of \(counted(unmeasured)): not measured before") }
    for (view, count) in stale.sorted(by: { $0.key < $1.key }) {
      let cause =
        causes[view]?.joined(separator: ", ") ?? "left undone or made by another version"
      reasons.append("\(view.rawValue) of \(counted(count)): \(cause)")
    }
    return reasons
  }
}
