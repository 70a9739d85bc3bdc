/// Something known to be wrong with a track, and who says so.
public struct Fault: Sendable, Hashable {
  /// The kinds of fault; the raw value is what stands in a manifest.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// The same excerpt once more, bit by bit or but for its level, offset or encoding.
    case replica
    /// Another excerpt of the same recording.
    case sameRecording = "same-recording"
    /// The same music in another recording.
    case version
    /// Its label is wrong or contested.
    case mislabelled
    /// It is damaged to the ear: clipped, full of static, cut up.
    case distorted
    /// A copy of the dataset that is in use holds it as a file that cannot be decoded.
    case unreadable
  }

  /// What is wrong.
  public let kind: Kind
  /// Who found it: a publication, a file of facts, a measurement.
  public let source: String
  /// What else is known of it.
  public let detail: String?
  /// The id of the track that this one repeats, where the fault is a relation: the first of its
  /// replicas, recording or versions.
  public let of: String?
  /// The label that the track should have, where its own is wrong; see ``FaultPolicy/relabel``.
  public let label: String?
  /// Fields of the JSON object that this version does not know, kept as they are.
  public let otherFields: [String: JSONValue]

  /// A fault as given; a ``Manifest`` checks the faults of its tracks when it is made.
  public init(
    _ kind: Kind, source: String, detail: String? = nil, of: String? = nil,
    label: String? = nil, otherFields: [String: JSONValue] = [:]
  ) {
    self.kind = kind
    self.source = source
    self.detail = detail
    self.of = of
    self.label = label?.composed
    self.otherFields = otherFields
  }

  var json: JSONValue {
    var members = otherFields
    members["kind"] = .string(kind.rawValue)
    members["source"] = .string(source)
    members["detail"] = detail.map(JSONValue.string)
    members["of"] = of.map(JSONValue.string)
    members["label"] = label.map(JSONValue.string)
    return .object(members)
  }
}

extension Fault: Codable {
  private enum Field: String, CaseIterable {
    case kind, source, detail, of, label
  }

  /// Reads a fault.
  /// - Throws: `DecodingError` for a wrong shape, ``ManifestError`` for a kind that is not known.
  public init(from decoder: any Decoder) throws {
    let fields = try OpenFields<Field>(decoder)
    let name: String = try fields.required(.kind)
    guard let kind = Kind(rawValue: name) else {
      let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw ManifestError(
        .unknownFault, at: JSONPath.text(decoder.codingPath, "kind"),
        "\(NameRules.quoted(name)) is not a kind of fault", hint: "use one of \(known)")
    }
    self.init(
      kind, source: try fields.required(.source), detail: try fields.optional(.detail),
      of: try fields.optional(.of),
      label: try fields.optional(.label), otherFields: try fields.others())
  }

  /// Writes the fault with all its fields.
  /// - Throws: `EncodingError` where the encoder refuses.
  public func encode(to encoder: any Encoder) throws {
    try json.encode(to: encoder)
  }
}
