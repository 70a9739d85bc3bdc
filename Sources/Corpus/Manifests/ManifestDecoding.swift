extension Manifest {
  /// The largest manifest that is read, in bytes: room for a million tracks.
  public static let maximumBytes = 512 << 20
  /// The largest number of tracks; each takes about a kilobyte of memory while it is read.
  public static let maximumTracks = 1_000_000
  /// The deepest nesting of lists and objects; sound manifests need seven levels.
  public static let maximumDepth = JSONValue.maximumDepth

  /// Reads a manifest from JSON (UTF-8); fields that this version does not know are kept.
  ///
  /// Nothing in the bytes is trusted: size, encoding, nesting, the number of tracks, ids, paths,
  /// labels, checksums, faults and splits are checked.
  /// - Throws: ``ManifestError`` that names the first fault by its JSON path.
  public static func decode(_ json: some Collection<UInt8>) throws(ManifestError) -> Manifest {
    if json.count > maximumBytes {
      throw ManifestError(
        .tooLarge, at: "manifest", "has \(json.count) bytes, more than \(maximumBytes)",
        hint: "check that this file is a manifest")
    }
    let value: JSONValue
    var tracks = ReadTracks()
    do throws(JSONFault) {
      value = try JSONReader.value(
        of: [UInt8](json), givingAway: Field.tracks.rawValue,
        where: { members in
          // A newer schema may have tracks of another form.
          guard case .string(let schema)? = members[Field.schema.rawValue] else { return false }
          tracks.areRead = isKnown(schema: schema)
          return tracks.areRead
        }, { tracks.add($0) })
    } catch {
      throw ManifestError(error)
    }
    do {
      let fields = try OpenFields<Field>(JSONTreeDecoder(value))
      return try Manifest(fields, tracks: try tracks.found())
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
  private enum Field: String, CaseIterable {
    case schema, name, version, licence, citations, labels, tracks, splits
  }

  /// Reads and checks a manifest; fields that this version does not know are kept.
  /// - Throws: `DecodingError` for a wrong shape, ``ManifestError`` for wrong contents.
  public init(from decoder: any Decoder) throws {
    try self.init(try OpenFields<Field>(decoder), tracks: nil)
  }

  private static func isKnown(schema: String) -> Bool {
    [Self.schema, Self.secondSchema].contains(schema)
  }

  /// - Parameter known: the tracks, where they have been read.
  private init(_ fields: OpenFields<Field>, tracks known: [Track]?) throws {
    // Before anything else: a newer schema may have changed every other field.
    let schema: String = try fields.required(.schema)
    guard Self.isKnown(schema: schema) else {
      throw ManifestError(
        .wrongSchema, at: "schema",
        "is \(NameRules.quoted(schema)), not \"\(Self.schema)\" or \"\(Self.secondSchema)\"",
        hint: "use a manifest of this schema, or a newer lathe for a newer one")
    }
    // Before the tracks are read: a hostile list must not first fill the memory.
    if known == nil, let count = try fields.count(.tracks), count > Self.maximumTracks {
      throw Self.tooManyTracks(count)
    }
    let tracks: [Track] = try known ?? fields.required(.tracks)
    if schema == Self.schema { try Self.checkHaveOneLabel(tracks) }
    try self.init(
      name: fields.required(.name), version: fields.optional(.version),
      licence: fields.optional(.licence), citations: fields.optional(.citations) ?? [],
      labels: fields.required(.labels), tracks: tracks,
      splits: fields.optional(.splits) ?? [:], otherFields: fields.others())
  }

  /// Writes the manifest with its schema.
  /// - Throws: `EncodingError` where the encoder refuses.
  public func encode(to encoder: any Encoder) throws {
    try json.encode(to: encoder)
  }
}

/// The tracks of a manifest as they are read, so that their JSON is not kept: it would take as much memory again.
private struct ReadTracks {
  /// Whether they are read so.
  var areRead = false
  private var tracks: [Track] = []
  private var count = 0
  private var failure: (any Error)?

  mutating func add(_ json: JSONValue) {
    count += 1
    // What follows is only looked at for faults of the JSON, which come first.
    if failure != nil || count > Manifest.maximumTracks { return }
    do {
      tracks.append(try Track(from: JSONTreeDecoder(json, item: count - 1, of: "tracks")))
    } catch {
      failure = error
    }
  }

  /// The tracks; nil where they were not read.
  consuming func found() throws -> [Track]? {
    if count > Manifest.maximumTracks { throw Manifest.tooManyTracks(count) }
    if let failure { throw failure }
    return areRead ? tracks : nil
  }
}

extension ManifestError {
  /// The rules of StrictJSON, with errors of our own kinds.
  fileprivate init(_ fault: JSONFault) {
    let location = "line \(fault.line)"
    switch fault.kind {
    case .encoding:
      self.init(
        .notUTF8, at: "manifest", "is not UTF-8 text", hint: "save the file as UTF-8 JSON")
    case .depth:
      self.init(
        .notJSON, at: location, "is nested deeper than \(Manifest.maximumDepth) levels",
        hint: "check that this file is a manifest")
    case .repeatedKey(let key):
      self.init(
        .notJSON, at: location, "gives \(NameRules.quoted(key)) twice in one object",
        hint: "give it once")
    case .syntax:
      self.init(
        .notJSON, at: location, "is not sound JSON",
        hint: "check the commas, quotes and brackets there")
    }
  }

  fileprivate init(_ error: DecodingError) {
    switch error {
    case .keyNotFound(let key, let context):
      self.init(
        .missingField, at: JSONPath.text(context.codingPath, key.stringValue), "is missing",
        hint: "add the field")
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      self.init(
        .wrongType, at: JSONPath.text(context.codingPath),
        "has the wrong type (\(context.debugDescription))", hint: "correct the field")
    case .dataCorrupted(let context):
      self.init(
        .notJSON, at: JSONPath.text(context.codingPath),
        "is not sound JSON (\(context.underlyingError.map { "\($0)" } ?? context.debugDescription))",
        hint: "check the file with a JSON tool")
    @unknown default:
      self.init(.notJSON, at: "manifest", "cannot be decoded", hint: "\(error)")
    }
  }
}
