import FoundationEssentials

extension Manifest {
  /// The largest manifest that is read, in bytes: room for over half a million tracks.
  public static let maximumBytes = 128 << 20

  /// Reads a manifest from JSON (UTF-8); fields that this version does not know are passed over.
  ///
  /// Nothing in the bytes is trusted: size, encoding, nesting (at most 512 levels, the limit of the
  /// decoder), ids, paths, labels and checksums are checked.
  /// - Throws: ``ManifestError`` that names the first fault by its JSON path.
  public static func decode(_ json: some Collection<UInt8>) throws(ManifestError) -> Manifest {
    if json.count > maximumBytes {
      throw ManifestError(
        .tooLarge, at: "manifest", "has \(json.count) bytes, more than \(maximumBytes)",
        hint: "check that this file is a manifest")
    }
    // The decoder checks only the texts that it is asked for, and would read UTF-16 too.
    if json.contains(0) || String(validating: json, as: UTF8.self) == nil {
      throw ManifestError(
        .notUTF8, at: "manifest", "is not UTF-8 text", hint: "save the file as UTF-8 JSON")
    }
    do {
      return try JSONDecoder().decode(Manifest.self, from: Data(json))
    } catch let error as ManifestError {
      throw error
    } catch let error as DecodingError {
      throw ManifestError(error)
    } catch {
      throw ManifestError(
        .notJSON, at: "manifest", "cannot be read: \(error)", hint: "check that the file is JSON")
    }
  }
}

extension Manifest: Codable {
  private enum CodingKeys: String, CodingKey {
    case schema, name, version, licence, citations, labels, tracks
  }

  /// Reads and checks a manifest.
  /// - Throws: `DecodingError` for a wrong shape, ``ManifestError`` for wrong contents.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    // Before anything else: a newer schema may have changed every other field.
    let schema = try fields.decode(String.self, forKey: .schema)
    if schema != Self.schema {
      throw ManifestError(
        .wrongSchema, at: "schema", "is \(NameRules.quoted(schema)), not \"\(Self.schema)\"",
        hint: "use a manifest of this schema, or a newer lathe for a newer one")
    }
    try self.init(
      name: fields.decode(String.self, forKey: .name),
      version: fields.decodeIfPresent(String.self, forKey: .version),
      licence: fields.decodeIfPresent(String.self, forKey: .licence),
      citations: fields.decodeIfPresent([String].self, forKey: .citations) ?? [],
      labels: fields.decode([String].self, forKey: .labels),
      tracks: fields.decode([Track].self, forKey: .tracks))
  }

  /// Writes the manifest with its schema.
  /// - Throws: `EncodingError` where the encoder refuses.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(Self.schema, forKey: .schema)
    try fields.encode(name, forKey: .name)
    try fields.encodeIfPresent(version, forKey: .version)
    try fields.encodeIfPresent(licence, forKey: .licence)
    try fields.encode(citations, forKey: .citations)
    try fields.encode(labels, forKey: .labels)
    try fields.encode(tracks, forKey: .tracks)
  }
}

extension ManifestError {
  fileprivate init(_ error: DecodingError) {
    switch error {
    case .keyNotFound(let key, let context):
      self.init(
        .missingField, at: Self.path(context.codingPath + [key]), "is missing",
        hint: "add the field")
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      self.init(
        .wrongType, at: Self.path(context.codingPath),
        "has the wrong type (\(context.debugDescription))", hint: "correct the field")
    case .dataCorrupted(let context):
      self.init(
        .notJSON, at: Self.path(context.codingPath),
        "is not sound JSON (\(context.underlyingError.map { "\($0)" } ?? context.debugDescription))",
        hint: "check the file with a JSON tool")
    @unknown default:
      self.init(.notJSON, at: "manifest", "cannot be decoded", hint: "\(error)")
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    var path = ""
    for key in keys {
      if let index = key.intValue {
        path += "[\(index)]"
      } else {
        path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
      }
    }
    return path.isEmpty ? "manifest" : path
  }
}
