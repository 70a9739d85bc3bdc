import Wording

/// Where in the folders of a collection its labels stand: `genre/*/*`, `*/genre/*`, `genre/artist/album/*`.
///
/// A pattern has a part for each component of a file's path, with "/" between them, the last for the file itself:
///
/// | part | stands for |
/// |---|---|
/// | `genre`, `label` | the folder that is the label; in exactly one place |
/// | `artist` | the folder that is the artist |
/// | `album`, `group` | the folder whose tracks must not straddle two sides of a split |
/// | `*` | anything |
/// | `**` | any number of folders; in one place at most |
public struct FolderPattern: Sendable, Hashable {
  private enum Part: Sendable, Hashable {
    case label, artist, group, any, rest
  }

  /// What a path says by a pattern.
  struct Reading: Equatable {
    var label = ""
    var artist: String?
    var group: String?
  }

  /// The pattern as it was given.
  public let text: String
  private let parts: [Part]

  /// The outermost folder is the label, however deep a file lies.
  public static let outermost = FolderPattern(unchecked: "genre/**", [.label, .rest])

  private init(unchecked text: String, _ parts: [Part]) {
    self.text = text
    self.parts = parts
  }

  /// A pattern from its text.
  ///
  /// - Throws: ``ManifestError`` `.badPath` for a part that is none of these, for a pattern without a label or with
  ///   two, with two artists or groups, with `**` twice, or with a label as the file's own part.
  public init(_ text: String) throws(ManifestError) {
    func failure(_ detail: String) -> ManifestError {
      ManifestError(
        .badPath, at: NameRules.quoted(text), detail,
        hint: "give a part for each folder and the file, such as genre/*/* or */genre/**",
        operation: "read the pattern of folders")
    }
    var parts: [Part] = []
    for word in text.split(separator: "/", omittingEmptySubsequences: false) {
      switch word {
      case "genre", "label": parts.append(.label)
      case "artist": parts.append(.artist)
      case "album", "group": parts.append(.group)
      case "*": parts.append(.any)
      case "**": parts.append(.rest)
      default:
        throw failure("has the part \(NameRules.quoted(String(word))), which stands for nothing")
      }
    }
    if parts.count(where: { $0 == .label }) != 1 {
      throw failure("says in no place, or in several, which folder is the label")
    }
    for part in [Part.artist, .group, .rest] where parts.count(where: { $0 == part }) > 1 {
      throw failure("has one part in two places")
    }
    if let last = parts.last, last != .any, last != .rest {
      throw failure("ends with a folder; the last part stands for the file")
    }
    self.init(unchecked: text, parts)
  }

  /// What a path says; nil where it does not fit.
  func reading(of path: String) -> Reading? {
    let components = path.pathComponents
    let rest = components.count - (parts.count - 1)
    // Behind `**` the file itself is one of what it stands for.
    let isOpen = parts.contains(.rest)
    guard isOpen ? rest >= (parts.last == .rest ? 1 : 0) : components.count == parts.count else {
      return nil
    }
    var reading = Reading()
    var index = 0
    for part in parts {
      switch part {
      case .rest: index += rest
      case .any: index += 1
      case .label, .artist, .group:
        let name = String(components[index])
        if part == .label { reading.label = name }
        if part == .artist { reading.artist = name }
        // Two artists may have albums of one name.
        if part == .group { reading.group = components[...index].joined(separator: "/") }
        index += 1
      }
    }
    return reading
  }
}
