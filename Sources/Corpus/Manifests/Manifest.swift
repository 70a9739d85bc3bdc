/// What a dataset is: its name, its labels, its tracks with what is known of each, and the splits
/// that were published with it.
///
/// A manifest is always sound: ids and paths are unique, every path stays below the audio folder,
/// every label is declared, every fault and split names tracks that are there, and no split has a
/// track on two sides. The initialiser and ``decode(_:)`` refuse anything else.
///
/// As JSON (schema `lathe.manifest/2`, or `lathe.manifest/1` where each track has one label;
/// `Manifests/datasets/README.md` shows one):
///
/// | field | type | |
/// |---|---|---|
/// | `schema` | text | `lathe.manifest/1` or `lathe.manifest/2` |
/// | `name` | text | a plain name without "/" |
/// | `version`, `licence` | text | optional |
/// | `citations` | list of texts | optional |
/// | `labels` | list of texts | their byte order gives the class numbers |
/// | `tracks` | list of objects | `id`, `path`; `label` or, of the second version, `labels` or neither; optional `md5`, `group`, `artist`, `title`, `licence`, `faults` |
/// | `splits` | object | optional; name: `{"source", "official", "sides": {side: [track id]}}` |
///
/// Where one track has `labels` (a list, or an object of weights above 0 and up to 1), any track of the dataset
/// may have any number of them, and a `label` counts as a list of one. A track without a label stays in the
/// dataset, for prediction; it is on no side of a split.
///
/// A fault is `{"kind", "source"}` with optional `detail`, `of` (a track id) and `label` (the one
/// that it should have); its kinds are those of ``Fault/Kind``. Fields that this version does not
/// know are kept, wherever they stand.
public struct Manifest: Sendable, Hashable {
  /// The schema of manifests whose tracks have one label each.
  public static let schema = "lathe.manifest/1"
  /// The schema of all others.
  public static let secondSchema = "lathe.manifest/2"

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
  /// Whether a track may have any number of labels; all tracks have ``Track/tags`` then.
  public let isTagged: Bool
  /// The tracks in byte order of their ids.
  public let tracks: [Track]
  /// The splits that were published with the dataset, by name.
  public let splits: [String: PublishedSplit]
  /// Fields of the JSON object that this version does not know, kept as they are.
  public let otherFields: [String: JSONValue]

  /// A manifest of these facts, checked, with labels and tracks put in order.
  /// - Throws: ``ManifestError`` that names the first fault; indices count in the order given.
  public init(
    name: String, version: String? = nil, licence: String? = nil, citations: [String] = [],
    labels: [String], tracks: [Track], splits: [String: PublishedSplit] = [:],
    otherFields: [String: JSONValue] = [:]
  ) throws(ManifestError) {
    let checked = try Self.checked(name: name, labels: labels, tracks: tracks)
    try Self.checkTexts(version: version, licence: licence, citations: citations)
    try Self.checkReferences(tracks: checked, labels: labels, splits: splits)
    self.init(
      unchecked: name, version: version, licence: licence, citations: citations, labels: labels,
      tracks: checked, splits: splits, otherFields: otherFields)
  }

  /// Orders what is known to be sound.
  init(
    unchecked name: String, version: String?, licence: String?, citations: [String],
    labels: [String], tracks: [Track], splits: [String: PublishedSplit] = [:],
    otherFields: [String: JSONValue] = [:]
  ) {
    self.name = name
    self.version = version
    self.licence = licence
    self.citations = citations
    self.labels = labels.map(\.composed).sorted(by: ByteOrder.precedes)
    isTagged = tracks.contains { $0.tags != nil }
    self.tracks = (isTagged ? tracks.map(\.tagged) : tracks)
      .sorted { ByteOrder.precedes($0.id, $1.id) }
    self.splits = splits.mapValues(\.ordered)
    self.otherFields = otherFields
  }

  /// The manifest as canonical JSON in UTF-8: the same bytes for the same facts, whatever the order
  /// in which they were given; what a manifest's hash is taken over.
  public func canonicalJSON() -> [UInt8] {
    json.canonicalBytes()
  }

  var json: JSONValue {
    var members = otherFields
    let isSecond = tracks.contains(where: \.needsSecondVersion)
    members["schema"] = .string(isSecond ? Self.secondSchema : Self.schema)
    members["name"] = .string(name)
    members["citations"] = .array(citations.map(JSONValue.string))
    members["labels"] = .array(labels.map(JSONValue.string))
    members["tracks"] = .array(tracks.map(\.json))
    members["splits"] = splits.isEmpty ? nil : .object(splits.mapValues(\.json))
    members["version"] = version.map(JSONValue.string)
    members["licence"] = licence.map(JSONValue.string)
    return .object(members)
  }
}
