public import DatasetCache
import Corpus
import Files
import Wording

/// A card of a prepared dataset in Markdown: what it is, how it was made, its splits with their
/// audits, what is wrong with tracks and what became of them, licences and citations.
public struct DatasetCardText: Sendable {
  private let card: Card
  private let dataset: ExportDataset

  /// The card of a cache.
  ///
  /// - Throws: ``ExportError/cache(_:)`` where it cannot be read, or has no card yet.
  public init(_ cache: Cache) throws(ExportError) {
    do throws(CacheError) {
      let cache = try cache.snapshot()
      guard let card = try cache.card() else {
        throw CacheError(
          kind: .unfinished, operation: "read the card of", subject: cache.path,
          detail: "there is none", hint: "run lathe prepare again")
      }
      self.card = card
      dataset = try ExportDataset(cache)
    } catch {
      throw .cache(error)
    }
  }

  /// Writes the card to a file, or with `-` to the standard output.
  ///
  /// - Throws: ``ExportError``.
  public func write(to target: ExportTarget) throws(ExportError) {
    try target.writeFile(Array(text.utf8))
  }

  /// The Markdown.
  public var text: String {
    let parts = [
      "# \(plain(card.name))\n\n" + overview, "## How it was made\n\n" + making,
      "## Labels\n\n" + labels, "## Splits\n\n" + splits,
      "## Faults, and what became of them\n\n" + faults, "## Licence\n\n" + licences,
      "## Citations\n\n" + citations,
    ]
    return parts.joined(separator: "\n\n") + "\n"
  }

  private var overview: String {
    let seconds = dataset.tracks.reduce(0) { $0 + $1.seconds }
    let groups = Set(dataset.tracks.compactMap(\.record.group)).count
    let artists = Set(dataset.tracks.compactMap(\.record.artist)).count
    return table(
      ["", ""],
      [
        ["Version", dataset.version ?? "not stated"],
        [
          "Tracks",
          "\(Words.count(card.tracks)) of \(Words.count(card.manifest.tracks)) in the manifest",
        ],
        ["Playing time", Words.duration(seconds)],
        ["Labels", "\(Words.count(card.labels.count))" + (isTagged ? ", any number a track" : "")],
        ["Recording groups known", Words.count(groups)], ["Artists known", Words.count(artists)],
        ["Files in quarantine", Words.count(card.quarantine.count)],
        ["Tracks left out", Words.count(card.dropped?.count ?? 0)],
      ])
  }

  private var isTagged: Bool { dataset.tracks.contains { $0.record.tags != nil } }

  private var making: String {
    var rows = [["Feature profile", plain(card.profile)]]
    rows += card.versions.sorted { $0.key < $1.key }.map { ["Version of \($0)", plain($1)] }
    rows.append(["Manifest (SHA-256)", card.manifest.sha256])
    let views = card.fingerprints.sorted { $0.key < $1.key }.map { view, fingerprint in
      [view.rawValue, Words.count(card.slices[view] ?? 0), String(fingerprint.hex.prefix(16))]
    }
    return table(["", ""], rows) + "\n\n" + table(["View", "Slices", "Fingerprint begins"], views)
      + "\n\nThe recipe, whole:\n\n```json\n\(card.recipe)\n```"
  }

  private var labels: String {
    if card.labels.isEmpty { return "No track has a label." }
    return table(
      ["Label", "Tracks"],
      card.labels.sorted { ByteOrder.precedes($0.key, $1.key) }.map {
        [plain($0), Words.count($1)]
      })
  }

  private var splits: String {
    if card.splits.isEmpty { return "There are none." }
    let rows = card.splits.sorted { ByteOrder.precedes($0.key, $1.key) }.map { name, sides in
      let counts = sides.sorted { ByteOrder.precedes($0.key, $1.key) }
        .map { "\(plain($0)) \(Words.count($1))" }.joined(separator: ", ")
      return [
        plain(name) + (name == card.defaultSplit ? " (the default)" : ""), counts, audit(of: name),
      ]
    }
    return table(["Split", "Tracks", "Audit"], rows)
      + "\n\nAn audit gives, for each way in which sides can share something, the greatest share of a "
      + "side's tracks. What is not known of a track counts as not shared."
  }

  private func audit(of split: String) -> String {
    guard let audit = card.audits?[split] else { return "none" }
    let shared = SplitAudit.Relation.allCases.compactMap { relation -> String? in
      let percent = audit.highestPercent[relation] ?? 0
      return percent > 0 ? "\(relation.rawValue) \(Words.fixed(percent, 1)) %" : nil
    }
    let found = shared.isEmpty ? "nothing on two sides" : shared.joined(separator: ", ")
    let unknown = audit.unknownArtists
    return (audit.leaksByDesign ? "leaks by design: " : "") + found
      + (unknown > 0 ? "; \(Words.tracks(unknown)) without a known artist" : "")
  }

  private var faults: String {
    let concerned = (card.faults ?? [:]).filter {
      !$0.value.used.isEmpty || !$0.value.unused.isEmpty
    }
    var parts: [String] = []
    if !concerned.isEmpty {
      let rows = concerned.sorted { $0.key.rawValue < $1.key.rawValue }.map { subject, effect in
        [
          subject.rawValue, effect.policy.rawValue, list(effect.used), list(effect.unused),
        ]
      }
      parts.append(table(["Fault", "Policy", "Used", "Not used"], rows))
    }
    if !card.quarantine.isEmpty {
      parts.append(
        table(
          ["File in quarantine", "Reason"],
          card.quarantine.map { [plain($0.path), plain($0.message)] }))
    }
    if let dropped = card.dropped, !dropped.isEmpty {
      parts.append(
        table(
          ["Track left out", "Reason"], dropped.map { [plain($0.track.id), plain($0.message)] }))
    }
    return parts.isEmpty ? "None is known." : parts.joined(separator: "\n\n")
  }

  private func list(_ ids: [String]) -> String {
    ids.isEmpty ? "0" : "\(Words.count(ids.count)): \(plain(Words.list(ids)))"
  }

  private var licences: String {
    var counts: [String: Int] = [:]
    for track in dataset.tracks { counts[track.licence ?? "", default: 0] += 1 }
    let rows = counts.sorted { ByteOrder.precedes($0.key, $1.key) }.map { licence, tracks in
      [
        licence.isEmpty ? "not stated" : plain(licence), Words.count(tracks),
        AudioLicence(licence) == .permits ? "yes, under its conditions" : "not known to",
      ]
    }
    return table(["Licence of the audio", "Tracks", "Permits copies"], rows)
      + "\n\nEach track's own licence stands in the exports of samples, in `tracks.jsonl`."
  }

  private var citations: String {
    if card.citations.isEmpty { return "None is stated." }
    return card.citations.map { "- \(plain($0))" }.joined(separator: "\n")
  }

  private func table(_ head: [String], _ rows: [[String]]) -> String {
    let lines = [head, head.map { _ in "---" }] + rows
    return lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }

  /// Words of others, of which Markdown and HTML make nothing but text.
  private func plain(_ text: String) -> String {
    Words.shown(text).spelling { "\\`*_[]<>|#~&".unicodeScalars.contains($0) ? "\\\($0)" : nil }
  }
}
