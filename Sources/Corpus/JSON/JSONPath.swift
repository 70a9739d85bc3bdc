/// Paths in a JSON document as a person writes them: `tracks[17].md5`.
public enum JSONPath {
  static func text(_ keys: [any CodingKey], _ last: String...) -> String {
    var path = ""
    for key in keys {
      path = key.intValue.map { element($0, of: path) } ?? field(key.stringValue, of: path)
    }
    for name in last { path = field(name, of: path) }
    return path.isEmpty ? "manifest" : path
  }

  /// A field of the object at a path; the path of the whole text is empty.
  public static func field(_ key: String, of path: String) -> String {
    (path.isEmpty ? "" : path + ".") + shown(key)
  }

  /// An element of the list at a path.
  static func element(_ index: Int, of path: String) -> String { "\(path)[\(index)]" }

  /// A key as it may stand in a message: a hostile one is escaped and cut.
  static func shown(_ key: String) -> String {
    let isPlain = key.utf8.count <= 80 && NameRules.problem(inText: key, maximumBytes: 80) == nil
    return isPlain ? key : NameRules.quoted(key)
  }
}
