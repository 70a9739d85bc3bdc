public import Corpus

/// Where the files of a dataset can be had: archives, single files and folders of files, each on one or several
/// servers.
///
/// As JSON, schema `lathe.remotes/1`: a file of its own, or the field `remotes` of a manifest.
///
/// | field | type | |
/// |---|---|---|
/// | `schema` | text | `lathe.remotes/1` |
/// | `sources` | list of objects | see ``RemoteSource`` |
///
/// Sources are asked in their order, each only for the tracks that those before it did not bring: two sources may
/// hold the same tracks in different forms.
public struct Remotes: Sendable, Hashable {
  /// The schema of the JSON.
  public static let schema = "lathe.remotes/1"
  /// The longest text that is read, in bytes.
  public static let maximumBytes = 16 << 20

  /// What there is, in the order in which it is asked for.
  public let sources: [RemoteSource]

  /// Some sources.
  public init(sources: [RemoteSource]) { self.sources = sources }

  /// Reads the JSON of a file.
  /// - Throws: `JSONFieldError` that names the first fault.
  public static func decode(_ json: some Collection<UInt8>) throws(JSONFieldError) -> Remotes {
    try form.read(JSONValue(json: json, named: name), at: "")
  }

  /// Those that a manifest has in its field `remotes`; nil where it has none.
  /// - Throws: `JSONFieldError` that names the first fault.
  public init?(of manifest: Manifest) throws(JSONFieldError) {
    guard let value = manifest.otherFields["remotes"] else { return nil }
    self = try Self.form.read(value, at: "remotes")
  }

  private static let name = "the remotes"

  private static var form: JSONForm<Remotes> {
    .object(named: name) { fields throws(JSONFieldError) in
      let schema = try fields.optional("schema", .text) ?? Self.schema
      guard schema == Self.schema else {
        throw fields.error(
          "schema", "is \(schema), not \(Self.schema)", hint: "use a newer lathe for a newer one")
      }
      let sources = try fields.required("sources", .list(of: RemoteSource.form))
      var taken: Set<String> = []
      for (index, source) in sources.enumerated() where !source.name.isEmpty {
        if !taken.insert(source.name).inserted {
          throw fields.error(
            "sources[\(index)]", "has the name of an earlier one, \(source.name)",
            hint: "give each archive and file its own")
        }
      }
      return Remotes(sources: sources)
    }
  }
}
