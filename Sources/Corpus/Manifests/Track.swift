/// One audio file with its label, or its labels.
public struct Track: Sendable, Hashable {
  /// What the track is called everywhere: unique in its manifest, at most 511 bytes.
  public var id: String
  /// Where the file lies, relative to the audio folder, with "/" between the components.
  public var path: String
  /// The class of the track; for GTZAN its genre. Empty for a track that has none; where a track may have
  /// several, all of them in a line.
  @ComposedText public var label: String
  /// The labels, where a track of the dataset may have any number of them; else nil.
  public var tags: TrackTags? {
    didSet { if let tags { label = tags.text } }
  }
  /// The published MD5 of the file's bytes, 32 lower-case hexadecimal digits.
  public var md5: String?
  /// The recording group: exact replicas, other excerpts of the same recording, versions of the
  /// same music. Tracks of one group must not straddle two sides of a split.
  public var group: String?
  /// Who plays, where that is known.
  public var artist: String?
  /// What is played, where that is known.
  public var title: String?
  /// Under what licence it may be used, where it has one of its own.
  public var licence: String?
  /// What is known to be wrong with it.
  public var faults: [Fault]
  /// Fields of the JSON object that this version does not know, kept as they are.
  public var otherFields: [String: JSONValue]

  /// A track as given; a ``Manifest`` checks its tracks when it is made.
  public init(
    id: String, path: String, label: String, tags: TrackTags? = nil, md5: String? = nil,
    group: String? = nil, artist: String? = nil, title: String? = nil, licence: String? = nil,
    faults: [Fault] = [], otherFields: [String: JSONValue] = [:]
  ) {
    self.id = id
    self.path = path
    self.label = tags?.text ?? label
    self.tags = tags
    self.md5 = md5
    self.group = group
    self.artist = artist
    self.title = title
    self.licence = licence
    self.faults = faults
    self.otherFields = otherFields
  }

  /// The labels one by one, in byte order.
  public var labelNames: [String] { tags?.names ?? (label.isEmpty ? [] : [label]) }

  /// The track with its one label among ``tags``.
  var tagged: Track {
    if tags != nil { return self }
    var track = self
    track.tags = TrackTags(labelNames)
    return track
  }

  /// Whether the first version of manifests has no way to tell of the track's labels.
  var needsSecondVersion: Bool { tags != nil || label.isEmpty }

  var json: JSONValue {
    var members = otherFields
    members["id"] = .string(id)
    members["path"] = .string(path)
    if let tags {
      members["labels"] = tags.json
    } else if !label.isEmpty {
      members["label"] = .string(label)
    }
    members["md5"] = md5.map(JSONValue.string)
    members["group"] = group.map(JSONValue.string)
    members["artist"] = artist.map(JSONValue.string)
    members["title"] = title.map(JSONValue.string)
    members["licence"] = licence.map(JSONValue.string)
    members["faults"] = faults.isEmpty ? nil : .array(faults.map(\.json))
    return .object(members)
  }
}

extension Track: Codable {
  private enum Field: String, CaseIterable {
    case id, path, label, labels, md5, group, artist, title, licence, faults
  }

  /// Reads a track, without a label, with one or with any number of labels; fields that this version does not
  /// know are kept.
  /// - Throws: `DecodingError` for a wrong shape, ``ManifestError`` for a fault that is not known.
  public init(from decoder: any Decoder) throws {
    let fields = try OpenFields<Field>(decoder)
    self.init(
      id: try fields.required(.id), path: try fields.required(.path),
      label: try fields.optional(.label) ?? "", tags: try fields.optional(.labels),
      md5: try fields.optional(.md5),
      group: try fields.optional(.group), artist: try fields.optional(.artist),
      title: try fields.optional(.title), licence: try fields.optional(.licence),
      faults: try fields.optional(.faults) ?? [],
      otherFields: try fields.others())
  }

  /// Writes the track with all its fields.
  /// - Throws: `EncodingError` where the encoder refuses.
  public func encode(to encoder: any Encoder) throws {
    try json.encode(to: encoder)
  }
}
