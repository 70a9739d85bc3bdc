import Corpus
import Glibc
import Wording

/// One archive, file or folder on one or several servers.
///
/// | field | type | |
/// |---|---|---|
/// | `kind` | text | `archive` (zip, tar, tar.gz and so on, with tracks in it), `file` (one file, such as a table), or `folder` (each track is a file of its own, at its path below a URL) |
/// | `name` | text | what an archive is called, such as `genres.tar.gz`; where a file lies below the target, such as `meta/tracks.csv`; a folder has none |
/// | `mirrors` | list of texts | URLs, tried in order: `https:`, `http:`, `s3:`, `gs:`; those of a folder end in `/` |
/// | `size` | number | optional; bytes of the archive or file |
/// | `md5`, `sha256` | text | optional; hexadecimal digits |
/// | `root` | text | optional; the folder in the archive that the paths of tracks begin in |
/// | `tracks` | list of texts | optional; patterns of the paths of the tracks that it holds, `*` for anything; all tracks if left out |
/// | `about` | text | optional; a word for people |
///
/// A track is found in an archive at its path, or else by its innermost folder and its name without extension, as
/// `Manifest.overlay(on:)` finds files in a folder.
public struct RemoteSource: Sendable, Hashable {
  /// What it is.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Tracks in a zip, tar or the like.
    case archive
    /// One file.
    case file
    /// A file for each track.
    case folder
  }

  /// What it is.
  public var kind: Kind
  /// What it is called; empty for a folder.
  public var name: String
  /// Where it is, in the order in which servers are tried.
  public var mirrors: [RemoteAddress]
  /// What its bytes must be.
  public var checksums: Checksums
  /// The folder in an archive that the paths of tracks begin in; empty where that is its top.
  public var root: String
  /// Patterns of the paths of the tracks in it; empty for all tracks.
  public var tracks: [String]
  /// A word for people.
  public var about: String

  /// A source of these parts.
  public init(
    _ kind: Kind, name: String = "", mirrors: [RemoteAddress], checksums: Checksums = Checksums(),
    root: String = "", tracks: [String] = [], about: String = ""
  ) {
    self.kind = kind
    self.name = name
    self.mirrors = mirrors
    self.checksums = checksums
    self.root = root
    self.tracks = tracks
    self.about = about
  }

  /// Whether a track of this path is in it, as far as its description says.
  public func holds(_ path: String) -> Bool {
    if kind == .file { return false }
    return tracks.isEmpty || tracks.contains { PathPattern.matches($0, path) }
  }

  /// What people call it.
  public var title: String { name.isEmpty ? mirrors.first?.text ?? "the folder" : name }
}

/// Patterns of paths, in which `*` stands for any text, `?` for one character.
public enum PathPattern {
  /// Whether a path is as a pattern says.
  public static func matches(_ pattern: String, _ path: String) -> Bool {
    unsafe fnmatch(pattern, path, 0) == 0
  }
}

extension RemoteSource {
  static var form: JSONForm<RemoteSource> {
    .object { fields throws(JSONFieldError) in
      let kind = try fields.required("kind", JSONForm<Kind>.choice)
      let name = kind == .folder ? "" : try fields.required("name", .text)
      if kind != .folder { try check(name: name, of: kind, fields) }
      let texts = try fields.required("mirrors", .list(of: .text))
      if texts.isEmpty { throw fields.error("mirrors", "is empty", hint: "give one URL or more") }
      var mirrors: [RemoteAddress] = []
      for text in texts {
        guard let address = RemoteAddress(text), kind == .folder || !text.hasSuffix("/") else {
          throw fields.error(
            "mirrors", "has \(NameRules.quoted(text))", hint: "give a URL such as https://host/name"
          )
        }
        guard kind != .folder || text.hasSuffix("/") else {
          throw fields.error(
            "mirrors", "has \(NameRules.quoted(text)) for a folder", hint: "end it with /")
        }
        mirrors.append(address)
      }
      var source = RemoteSource(kind, name: name, mirrors: mirrors)
      source.checksums = try checksums(fields)
      if kind == .folder, source.checksums != Checksums() {
        throw fields.error("kind", "is folder, which has no checksum", hint: "give tracks theirs")
      }
      source.about = try fields.optional("about", .text) ?? ""
      if kind == .file { return source }
      source.tracks = try fields.optional("tracks", .list(of: .text)) ?? []
      if kind == .folder { return source }
      source.root = try fields.optional("root", .text) ?? ""
      while source.root.hasSuffix("/") { source.root.removeLast() }
      return source
    }
  }

  private static func check(
    name: String, of kind: Kind, _ fields: StrictObject
  ) throws(JSONFieldError) {
    let problem =
      kind == .archive
      ? NameRules.problem(inComponent: name)
      : NameRules.problem(inRelativePath: name, maximumBytes: NameRules.maximumPathBytes)
    if let problem {
      throw fields.error("name", problem, hint: "give a plain name such as genres.tar.gz")
    }
    if name.pathComponents.contains(where: { $0.utf8.first == UInt8(ascii: ".") }) {
      throw fields.error("name", "begins with a dot", hint: "give a name that is seen")
    }
  }

  private static func checksums(_ fields: StrictObject) throws(JSONFieldError) -> Checksums {
    let checksums = Checksums(
      size: try fields.optional("size", .decodable("a number of bytes")),
      md5: try fields.optional("md5", .text)?.lowercased(),
      sha256: try fields.optional("sha256", .text)?.lowercased())
    if let size = checksums.size, size < 0 {
      throw fields.error("size", "is below 0", hint: "give the number of bytes, or leave it out")
    }
    for (key, digits, count) in [("md5", checksums.md5, 32), ("sha256", checksums.sha256, 64)] {
      guard let digits else { continue }
      let isHexadecimal = digits.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
      if digits.utf8.count != count || !isHexadecimal {
        throw fields.error(
          key, "is not \(count) hexadecimal digits", hint: "give it as \(key)sum prints it")
      }
    }
    return checksums
  }
}
