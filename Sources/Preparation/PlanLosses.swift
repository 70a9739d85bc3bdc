internal import Corpus
internal import DatasetCache

/// Computed values that a plan throws away because something else was chosen than before. Values of
/// files that have changed or are gone are no such loss.
struct PlanLosses {
  /// Views whose values go: of how many tracks, and why.
  var views: [View: (tracks: Int, causes: [String])] = [:]
  /// Tracks whose files are there and which the collection has no more, or under another id.
  var strangers = 0
  private var drops: [FaultSubject: Int] = [:]

  /// A track is in the cache that is now kept out of it.
  mutating func drop(_ subject: FaultSubject) { drops[subject, default: 0] += 1 }

  /// Adds those of another shard.
  mutating func add(_ other: PlanLosses) {
    views.merge(other.views) { (tracks: $0.tracks + $1.tracks, causes: $0.causes) }
    strangers += other.strangers
    drops.merge(other.drops, uniquingKeysWith: +)
  }

  /// A line for each.
  var lines: [String] {
    var lines: [String] = []
    for (view, (tracks, causes)) in views.sorted(by: { $0.key < $1.key }) where tracks > 0 {
      lines.append("\(view.rawValue) of \(counted(tracks)): \(causes.joined(separator: ", "))")
    }
    if strangers > 0 {
      lines.append("all views of \(counted(strangers)): no longer in the collection under that id")
    }
    for subject in FaultSubject.allCases {
      guard let count = drops[subject] else { continue }
      lines.append("all views of \(counted(count)): left out, \(subject.rawValue)")
    }
    return lines
  }
}
