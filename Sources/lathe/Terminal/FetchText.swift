import Fetching
import Wording

/// What a fetch is going to do and what it came to, as a person reads it.
enum FetchText {
  /// Tracks that are named one by one at most.
  private static let maximumNamed = 10

  static func lines(_ plan: FetchPlan) -> [String] {
    let missing = plan.tracks - plan.present
    var lines = [
      "\(Words.shown(plan.dataset)): \(Words.tracks(plan.tracks)), \(Words.count(plan.present)) there already, "
        + "\(Words.count(missing)) to come"
    ]
    if plan.changed > 0 {
      lines.append(
        "not what the manifest says: \(Words.tracks(plan.changed)), to be replaced by the right ones"
      )
    }
    for step in plan.steps {
      let known = step.known.isEmpty ? "" : "; pinned: \(step.known.joined(separator: ", "))"
      let tracks = step.kind == "file" ? "" : ", up to \(Words.tracks(step.tracks))"
      lines.append("from \(Words.shown(step.title))\(tracks)\(known)")
      lines += step.mirrors.map { "  \(Words.shown($0))" }
    }
    return lines
  }

  static func lines(_ report: FetchReport, manifest: String) -> [String] {
    var lines = [
      "\(Words.tracks(report.tracks)) in \(Words.shown(report.folder)): \(Words.count(report.fetched)) fetched, "
        + (report.taken > 0 ? "\(Words.count(report.taken)) taken from your files, " : "")
        + "\(Words.count(report.present)) there before, \(Words.count(report.missing.count)) missing"
    ]
    if !report.files.isEmpty { lines.append("files: \(Words.list(report.files))") }
    if report.unchecked > 0 {
      lines.append(
        "without a checksum in the manifest: \(Words.tracks(report.unchecked)), taken as they came")
    }
    let reasons = Dictionary(
      report.refused.map { ($0.path, $0.reason) }, uniquingKeysWith: { first, _ in first })
    for path in report.missing.prefix(maximumNamed) {
      lines.append("missing: \(Words.shown(path)) \(reasons[path] ?? "is in no source")")
    }
    let more = report.missing.count - maximumNamed
    if more > 0 { lines.append("missing: \(Words.count(more)) more") }
    if report.receivedBytes > 0 {
      lines.append("\(Words.bytes(report.receivedBytes)) in \(Words.duration(report.seconds))")
    }
    if report.missing.count < report.tracks {
      let command = [
        "lathe", "prepare", report.folder, "--cache", "\(report.dataset).lathe", "--manifest",
        manifest,
      ]
      lines.append("next: \(Words.command(command))")
    }
    return lines
  }
}
