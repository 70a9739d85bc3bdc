import Corpus
import DatasetCache
import Files

/// What lies beside the samples in every folder that is exported: `export.json`, which says what the
/// folder is, and `tracks.jsonl`, a line of JSON for each track with all that is known of it.
enum ExportRecord {
  static let schema = "lathe.export/1"
  static let file = "export.json"
  static let tracksFile = "tracks.jsonl"

  /// Whether a folder is empty or holds an export, so that an export may replace it.
  static func mayBeReplaced(_ folder: String) -> Bool {
    guard let names = try? Files.names(folder) else { return false }
    if names.isEmpty { return true }
    guard let json = try? Files.read("\(folder)/\(file)", limit: 1 << 26),
      case .object(let members)? = try? JSONValue(json: json, named: file)
    else { return false }
    return members["schema"] == .string(schema)
  }

  /// Writes both into a folder.
  ///
  /// - Parameter more: facts of the form.
  static func write(
    _ form: String, _ content: ExportContent, to folder: String, more: [String: JSONValue] = [:]
  ) throws(FileError) {
    var members = facts(of: content)
    members.merge(more) { _, new in new }
    let lines = content.sides.flatMap { side in
      side.tracks.map { entry in
        var line = entry.track.facts
        if content.split != nil { line["side"] = .string(side.name) }
        line["slices"] = .integer(Int64(entry.samples.count))
        return line
      }
    }
    try write(form, members, lines, to: folder)
  }

  /// Writes both for an export of tracks without samples.
  static func write(
    _ form: String, _ dataset: ExportDataset, to folder: String
  ) throws(FileError) {
    try write(form, facts(of: dataset), dataset.tracks.map(\.facts), to: folder)
  }

  private static func write(
    _ form: String, _ facts: [String: JSONValue], _ lines: [[String: JSONValue]], to folder: String
  ) throws(FileError) {
    var facts = facts
    facts["form"] = .string(form)
    try Files.replace(
      "\(folder)/\(file)", with: JSONValue.object(facts).canonicalBytes() + [UInt8(ascii: "\n")],
      isDurable: false)
    var tracks = try FileReplacement("\(folder)/\(tracksFile)")
    for line in lines {
      try tracks.write(JSONValue.object(line).canonicalBytes() + [UInt8(ascii: "\n")])
    }
    try tracks.finish(isDurable: false)
  }

  private static func facts(of content: ExportContent) -> [String: JSONValue] {
    var members = facts(of: content.dataset)
    members["view"] = .string(content.view.rawValue)
    members["labels"] = .array(content.labels.map(JSONValue.string))
    members["severalLabels"] = .bool(content.isTagged)
    members["sides"] = .array(content.sides.map(facts(of:)))
    members["fingerprint"] = content.dataset.fingerprints[content.view].map { .string($0.hex) }
    members["unit"] = content.facts.map { .string($0.unit) }
    members["split"] = content.split.map { .string($0.plan.name) }
    return members
  }

  private static func facts(of dataset: ExportDataset) -> [String: JSONValue] {
    var members: [String: JSONValue] = [
      "schema": .string(schema), "dataset": .string(dataset.name),
      "manifest": .string(dataset.manifest),
      "citations": .array(dataset.citations.map(JSONValue.string)),
      "quarantine": .array(
        dataset.quarantined.map {
          .object([
            "path": .string($0.path), "code": .string($0.code), "message": .string($0.message),
          ])
        }),
      "dropped": .array(
        dataset.dropped.map {
          .object(["id": .string($0.track.id), "message": .string($0.message)])
        }),
    ]
    members["version"] = dataset.version.map(JSONValue.string)
    members["licence"] = dataset.licence.map(JSONValue.string)
    return members
  }

  private static func facts(of side: ExportContent.Side) -> JSONValue {
    .object([
      "name": .string(side.name), "samples": .integer(Int64(side.samples.count)),
      "tracks": .integer(Int64(side.tracks.count)),
      "shape": .array(side.samples.shape.map { .integer(Int64($0)) }),
      "identity": .string(side.samples.identity),
    ])
  }
}
