/// What people have corrected in a collection, beside what its folders and its manifest say: a file
/// that `lathe prepare --overlay` reads.
///
/// As JSON, schema `lathe.overlay/1`:
///
///     {"schema": "lathe.overlay/1", "corrections": [
///       {"track": "blues.00001", "labels": ["jazz"], "author": "ada", "time": "2026-11-29T17:05:00Z"},
///       {"track": "blues.00002", "group": "one-session", "flag": "sounds like blues.00003"},
///       {"track": "blues.00004", "exclude": true}]}
///
/// Later corrections of a track take the place of earlier ones, part by part. As a table it has the
/// same words as columns (``csv``).
public struct CollectionOverlay: Sendable, Hashable {
  /// The schema.
  public static let schema = "lathe.overlay/1"
  /// The largest file that is read, in bytes.
  public static let maximumBytes = 64 << 20

  /// What was said, in the order in which it was said.
  public var corrections: [Correction]

  /// An overlay of corrections.
  public init(_ corrections: [Correction] = []) { self.corrections = corrections }

  /// Whether there is none.
  public var isEmpty: Bool { corrections.isEmpty }

  /// Reads an overlay from a file's bytes: JSON where the first of them that is no blank is `{`, and
  /// otherwise a table.
  ///
  /// - Throws: ``JSONFieldError`` with the field, or ``ManifestError`` with the line of a table.
  public static func decode(_ bytes: [UInt8]) throws -> CollectionOverlay {
    if bytes.count > maximumBytes {
      throw JSONFieldError(
        at: name, "has \(bytes.count) bytes, more than \(maximumBytes)",
        hint: "check that it is the right file")
    }
    let front = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    return front == UInt8(ascii: "{")
      ? try form.read(JSONValue(json: bytes, named: name), at: "") : try table(bytes)
  }

  /// The overlay as canonical JSON in UTF-8.
  public func canonicalJSON() -> [UInt8] { json.canonicalBytes() }

  /// What holds of each track in the end, by the bytes of its id.
  public var merged: [[UInt8]: Correction] {
    var merged: [[UInt8]: Correction] = [:]
    for correction in corrections {
      merged[Array(correction.track.utf8), default: Correction(track: correction.track)]
        .take(correction)
    }
    return merged
  }

  /// The ids of the tracks that are to be left out, in byte order.
  public var exclusions: [String] {
    merged.values.filter { $0.excludes == true }.map(\.track).sorted(by: ByteOrder.precedes)
  }

  /// The ids of corrected tracks that are not among `ids`, in byte order.
  public func unknown(among ids: [String]) -> [String] {
    if isEmpty { return [] }
    let known = Set(ids.map { Array($0.utf8) })
    return merged.filter { !known.contains($0.key) }.map(\.value.track)
      .sorted(by: ByteOrder.precedes)
  }

  static let name = "the overlay"

  static var form: JSONForm<CollectionOverlay> {
    .object(named: name) { fields throws(JSONFieldError) in
      let schema = try fields.required("schema", .text)
      guard schema == Self.schema else {
        throw JSONFieldError(
          at: "schema", "is \(NameRules.quoted(schema)), not \(NameRules.quoted(Self.schema))",
          hint: "use an overlay of this schema, or a newer lathe for a newer one")
      }
      return CollectionOverlay(try fields.required("corrections", .list(of: Correction.form)))
    }
  }

  private var json: JSONValue {
    .object(["schema": .string(Self.schema), "corrections": .array(corrections.map(\.json))])
  }
}

extension CollectionOverlay: Codable {
  /// Reads and checks an overlay.
  /// - Throws: ``JSONFieldError`` for wrong contents.
  public init(from decoder: any Decoder) throws {
    self = try Self.form.read(JSONValue(from: decoder), at: "")
  }

  /// Writes the overlay with its schema.
  /// - Throws: `EncodingError` where the encoder refuses.
  public func encode(to encoder: any Encoder) throws {
    try json.encode(to: encoder)
  }
}

extension Correction {
  /// Takes the parts of a later correction of the same track.
  fileprivate mutating func take(_ later: Correction) {
    labels = later.labels ?? labels
    group = later.group ?? group
    flag = later.flag ?? flag
    excludes = later.excludes ?? excludes
    author = later.author ?? author
    time = later.time ?? time
  }
}
