import DatasetCache
import Preparation

/// What a preparation did, as a person reads it.
struct SummaryText {
  let lines: [String]

  init(_ summary: PreparationSummary, cache: String) {
    var lines = [
      "\(Words.count(summary.tracks)) tracks in \(cache): \(Words.count(summary.prepared)) prepared, "
        + "\(Words.count(summary.unchanged)) unchanged, \(summary.quarantine.count) in quarantine"
    ]
    var rows = [["view", "slices", "size"]]
    for view in View.allCases {
      guard let slices = summary.slices[view] else { continue }
      rows.append([
        view.rawValue, Words.count(slices), Words.bytes(summary.bytes[view] ?? 0),
      ])
    }
    lines += Words.table(rows).map { "  " + $0 }
    if !summary.splits.isEmpty {
      lines.append("splits: \(summary.splits.joined(separator: ", "))")
    }
    lines += Self.remarks(summary)
    lines.append(
      "\(Words.duration(summary.wallSeconds)) wall, \(Words.duration(summary.cpuSeconds)) processor, "
        + "\(Words.count(Int(summary.timesRealTime))) times real time, "
        + "\(Words.bytes(summary.peakBytes)) peak memory")
    for record in summary.quarantine {
      lines.append("quarantine: \(record.path) [\(record.code)]: \(record.message); \(record.hint)")
    }
    if summary.wasCancelled {
      lines.append("interrupted: what was done is kept; run the same command again to go on")
    }
    self.lines = lines
  }

  private static func remarks(_ summary: PreparationSummary) -> [String] {
    var lines: [String] = []
    if summary.removed > 0 {
      lines.append("\(summary.removed) tracks removed: their files are no longer in the folder")
    }
    if summary.absent > 0 {
      lines.append("\(summary.absent) tracks of the manifest are not in the folder")
    }
    if summary.unlisted > 0 {
      lines.append("\(summary.unlisted) audio files are not in the manifest and were left alone")
    }
    if !summary.changed.isEmpty {
      let names = summary.changed.prefix(5).joined(separator: ", ")
      lines.append(
        "\(summary.changed.count) tracks do not have the manifest's checksum: \(names)"
          + (summary.changed.count > 5 ? ", …" : ""))
    }
    return lines
  }
}
