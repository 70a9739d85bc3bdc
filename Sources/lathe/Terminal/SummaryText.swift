import Wording
import Corpus
import DatasetCache
import Preparation

/// What a preparation did, as a person reads it.
struct SummaryText {
  let lines: [String]

  init(_ summary: PreparationSummary, cache: String) {
    var lines = [
      "\(Words.tracks(summary.tracks)) in \(cache): \(Words.count(summary.prepared)) prepared, "
        + (summary.takenOver == 0
          ? "" : "\(Words.count(summary.takenOver)) taken over from files of the same content, ")
        + "\(Words.count(summary.unchanged)) unchanged, \(Words.count(summary.quarantine.count)) in quarantine"
    ]
    var rows = [["view", "slices", "size"]]
    for (view, slices) in summary.slices.sorted(by: { $0.key < $1.key }) {
      rows.append([
        view.rawValue, Words.count(slices), Words.bytes(summary.bytes[view] ?? 0),
      ])
    }
    lines += Words.table(rows).map { "  " + $0 }
    if summary.duplicates > 0 {
      lines.append(
        "near-duplicates: \(DuplicatesText.pairs(summary.duplicates)) of tracks sound the same; "
          + "lathe duplicates \(cache) lists them")
    }
    if !summary.splits.isEmpty {
      lines.append("splits: \(summary.splits.joined(separator: ", "))")
    }
    lines += summary.audits.sorted { ByteOrder.precedes($0.key, $1.key) }.map {
      AuditText.line($0.key, $0.value, cache: cache)
    }
    for (split, sides) in summary.absentLabels.sorted(by: { ByteOrder.precedes($0.key, $1.key) }) {
      let absent = sides.sorted { ByteOrder.precedes($0.key, $1.key) }
      lines.append("split \(Words.shown(split)): \(AuditText.absent(absent))")
    }
    lines += Self.remarks(summary)
    lines.append(
      "\(Words.duration(summary.wallSeconds)) wall, \(Words.duration(summary.cpuSeconds)) processor, "
        + "\(Words.count(Int(summary.timesRealTime))) times real time, "
        + "\(Words.bytes(summary.peakBytes)) peak memory")
    if let retried = summary.retried {
      if retried.isEmpty { lines.append("nothing is in quarantine: nothing was tried again") }
      lines += retried.map { "tried again: " + Self.text($0) }
    } else {
      lines += summary.quarantine.prefix(Self.maximumQuarantine).map {
        "quarantine: " + Self.text($0)
      }
    }
    let more = summary.quarantine.count - Self.maximumQuarantine
    if more > 0, summary.retried == nil {
      lines.append("quarantine: \(Words.count(more)) more; lathe inspect \(cache) names them all")
    }
    if summary.wasCancelled {
      lines.append("interrupted: what was done is kept; run the same command again to go on")
    }
    self.lines = lines
  }

  private static let maximumQuarantine = 20

  /// A quarantined file, why, and what to do.
  static func text(_ record: QuarantineRecord) -> String {
    Words.shown("\(record.path) [\(record.code)]: \(record.message); \(record.hint)")
  }

  /// A file that was tried again and what became of it.
  private static func text(_ file: RetriedFile) -> String {
    let end =
      switch file.outcome {
      case .prepared: "prepared"
      case .quarantined: "still in quarantine"
      case .dropped: "dropped"
      case .gone: "no longer there"
      }
    return Words.shown("\(file.path): \(end)" + (file.message.map { ": \($0)" } ?? ""))
  }

  private static func remarks(_ summary: PreparationSummary) -> [String] {
    var lines: [String] = []
    lines += summary.usualFormat.map { "format: \($0)" }
    if let line = FaultText.line(summary.faults) { lines.append(line) }
    lines += summary.overflows.sorted { $0.key < $1.key }.map { view, overflow in
      "\(view.rawValue) of \(Words.tracks(overflow.tracks)): "
        + "\(Words.counted(overflow.numbers, "number")) beyond float16, stored as ±65,504; "
        + "take precision full for this view"
    }
    let excluded = summary.dropped.filter { $0.reason == .excluded }
    let dropped = summary.dropped.filter { $0.reason != .excluded }
    for (word, records) in [("dropped by fault policies", dropped), ("excluded by hand", excluded)]
    where !records.isEmpty {
      let names = Words.list(records.map(\.track.id), atMost: 5)
      lines.append("\(word): \(Words.tracks(records.count)): \(names)")
    }
    lines += summary.emptySplits.map { "split left empty: \($0)" }
    if summary.labels == 1, summary.tracks > 1 {
      lines.append("all tracks have one label: the audio folder should hold one folder a label")
    }
    if summary.removed > 0 {
      lines.append(
        "\(Words.tracks(summary.removed)) removed: no longer in the collection under that id")
    }
    if summary.absent > 0 {
      lines.append("not in the folder: \(Words.tracks(summary.absent)) of the manifest")
    }
    if summary.unlisted > 0 {
      lines.append(
        "not in the manifest, left alone: \(Words.count(summary.unlisted)) audio "
          + (summary.unlisted == 1 ? "file" : "files"))
    }
    if let line = Self.passedOver(summary.passedOver) { lines.append(line) }
    if !summary.changed.isEmpty {
      let names = summary.changed.prefix(5).joined(separator: ", ")
      lines.append(
        "not the manifest's checksum: \(Words.tracks(summary.changed.count)): \(names)"
          + (summary.changed.count > 5 ? ", …" : ""))
    }
    return lines
  }

  /// The files that are no audio by their names, by extension, the most frequent first.
  private static func passedOver(_ paths: [String]) -> String? {
    if paths.isEmpty { return nil }
    var counts: [String: Int] = [:]
    for path in paths {
      let name = path.lastPathComponent ?? ""
      let dot = name.lastIndex(of: ".")
      counts[dot.map { name[$0...].lowercased() } ?? "without an extension", default: 0] += 1
    }
    let kinds = counts.sorted {
      ($1.value, $0.key) < ($0.value, $1.key)
    }.map { "\(Words.count($0.value)) \($0.key)" }
    return Words.shown(
      "passed over, no audio by their names: \(Words.counted(paths.count, "file")) "
        + "(\(kinds.prefix(6).joined(separator: ", "))\(kinds.count > 6 ? ", …" : "")); "
        + "--progress json lists them")
  }
}
