public import Corpus
public import DatasetCache

/// A track with all that is known of it.
public struct ExportTrack: Sendable {
  /// What the cache has.
  public let record: TrackRecord
  /// The licence of its audio: its own where the manifest has one, else the dataset's.
  public let licence: String?
  /// What was measured to be wrong with it.
  public let verdicts: [FaultSubject]

  /// How long it plays, in seconds.
  public var seconds: Double { Double(record.frames) / Double(max(1, record.sampleRate)) }

  /// The facts by name, as every form that has a place for them carries them.
  var facts: [String: JSONValue] {
    var facts: [String: JSONValue] = [
      "id": .string(record.id), "path": .string(record.path),
      "labels": record.tags?.json ?? .array(record.labelNames.map(JSONValue.string)),
      "seconds": .number(seconds), "sampleRate": .integer(Int64(record.sampleRate)),
      "faults": .array((record.faults ?? []).map { .string($0.kind.rawValue) }),
      "verdicts": .array(verdicts.map { .string($0.rawValue) }),
    ]
    facts["licence"] = licence.map(JSONValue.string)
    facts["group"] = record.group.map(JSONValue.string)
    facts["artist"] = record.artist.map(JSONValue.string)
    facts["title"] = record.title.map(JSONValue.string)
    facts["md5"] = record.md5.map(JSONValue.string)
    facts["xxh3"] = record.xxh3.map(JSONValue.string)
    return facts
  }
}

extension ExportTrack {
  /// The facts as texts and whole numbers, all of them for every track, empty where nothing is known:
  /// for readers that take the types of all samples from the first few. Lists are in a line, as
  /// several labels are in tables.
  var flatFacts: [String: JSONValue] {
    func line(_ names: [String]) -> JSONValue {
      .string(names.joined(separator: TrackTags.separator))
    }
    return [
      "id": .string(record.id), "path": .string(record.path), "label": .string(record.label),
      "group": .string(record.group ?? ""), "artist": .string(record.artist ?? ""),
      "title": .string(record.title ?? ""), "licence": .string(licence ?? ""),
      "md5": .string(record.md5 ?? ""), "xxh3": .string(record.xxh3 ?? ""),
      "frames": .integer(Int64(record.frames)), "sampleRate": .integer(Int64(record.sampleRate)),
      "faults": line((record.faults ?? []).map(\.kind.rawValue)),
      "verdicts": line(verdicts.map(\.rawValue)),
    ]
  }
}

/// What is known of the dataset that a cache was made from.
public struct ExportDataset: Sendable {
  /// Its name.
  public let name: String
  /// Its version, where its manifest says.
  public let version: String?
  /// The licence of its audio, where its manifest says.
  public let licence: String?
  /// What to cite.
  public let citations: [String]
  /// SHA-256 of the manifest's canonical JSON; empty where there is no manifest.
  public let manifest: String
  /// The fingerprint of each view.
  public let fingerprints: [View: Fingerprint]
  /// The files that could not be used.
  public let quarantined: [QuarantineRecord]
  /// The tracks that were left out, each with its reason.
  public let dropped: [DroppedRecord]
  /// The tracks in the order of their ids' bytes.
  public let tracks: [ExportTrack]

  /// What a cache says.
  ///
  /// - Parameters:
  ///   - cache: the cache; give a snapshot, so that all of it is of one state.
  ///   - verdicts: what was measured to be wrong with tracks, by their ids.
  public init(_ cache: Cache, verdicts: [String: [FaultSubject]] = [:]) throws(CacheError) {
    let description = try cache.description()
    let manifest = try cache.wholeManifest().flatMap { try? Manifest.decode($0) }
    // Of a cache without a whole manifest, the card may still tell.
    let card = manifest == nil ? try? cache.card() : nil
    name = manifest?.name ?? description?.manifest.name ?? card?.name ?? "dataset"
    version = manifest?.version
    licence = manifest?.licence ?? card?.licence
    citations = manifest?.citations ?? card?.citations ?? []
    self.manifest = description?.manifest.sha256 ?? ""
    fingerprints = description?.fingerprints ?? [:]
    quarantined = try cache.quarantined()
    dropped = try cache.dropped()
    let licence = licence
    tracks = try cache.trackRecords().map { record in
      ExportTrack(
        record: record, licence: record.licence ?? licence,
        verdicts: verdicts[record.id] ?? [])
    }
  }
}
