/// What a dataset is: its name, its labels and its tracks.
///
/// A manifest is always sound: ids and paths are unique, every path stays below the audio folder,
/// every label is declared. ``init(name:version:licence:citations:labels:tracks:)`` and
/// ``decode(_:)`` refuse anything else.
public struct Manifest: Sendable, Hashable {
  /// The schema that is read and written.
  public static let schema = "lathe.manifest/1"

  /// The name of the dataset.
  public let name: String
  /// The version of the dataset, as its publisher gives it.
  public let version: String?
  /// The licence of the audio, or a sentence on what is known of it.
  public let licence: String?
  /// What to cite, one work an element.
  public let citations: [String]
  /// The labels in byte order; a label's index here is its class number.
  public let labels: [String]
  /// The tracks in byte order of their ids.
  public let tracks: [Track]

  /// A manifest of these facts, checked, with labels and tracks put in order.
  /// - Throws: ``ManifestError`` that names the first fault; indices count in the order given.
  public init(
    name: String, version: String? = nil, licence: String? = nil, citations: [String] = [],
    labels: [String], tracks: [Track]
  ) throws(ManifestError) {
    let checked = try Self.checked(name: name, labels: labels, tracks: tracks)
    try Self.checkTexts(version: version, licence: licence, citations: citations)
    self.init(
      unchecked: name, version: version, licence: licence, citations: citations, labels: labels,
      tracks: checked)
  }

  /// Orders what is known to be sound.
  init(
    unchecked name: String, version: String?, licence: String?, citations: [String],
    labels: [String], tracks: [Track]
  ) {
    self.name = name
    self.version = version
    self.licence = licence
    self.citations = citations
    self.labels = labels.sorted(by: ByteOrder.precedes)
    self.tracks = tracks.sorted { ByteOrder.precedes($0.id, $1.id) }
  }

  /// The manifest as canonical JSON in UTF-8: the same bytes for the same facts, whatever the order
  /// in which they were given; what a manifest's hash is taken over.
  public func canonicalJSON() -> [UInt8] {
    var members: [String: JSONValue] = [
      "schema": .string(Self.schema),
      "name": .string(name),
      "citations": .array(citations.map(JSONValue.string)),
      "labels": .array(labels.map(JSONValue.string)),
      "tracks": .array(tracks.map(\.json)),
    ]
    members["version"] = version.map(JSONValue.string)
    members["licence"] = licence.map(JSONValue.string)
    return JSONValue.object(members).canonicalBytes()
  }
}

extension Track {
  fileprivate var json: JSONValue {
    var members: [String: JSONValue] = [
      "id": .string(id), "path": .string(path), "label": .string(label),
    ]
    members["md5"] = md5.map(JSONValue.string)
    members["group"] = group.map(JSONValue.string)
    members["artist"] = artist.map(JSONValue.string)
    members["title"] = title.map(JSONValue.string)
    return .object(members)
  }
}
