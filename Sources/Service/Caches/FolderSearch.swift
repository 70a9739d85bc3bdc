import Files
import Glibc
import Wording

/// Folders of some kind under the root. Links are not followed, hidden folders not entered.
struct FolderSearch: Sendable {
  let root: String
  /// Whether a folder with files of these names is one; what is below it is not looked at then.
  let isOne: @Sendable ([String]) -> Bool

  private static let deepest = 6
  private static let most = 10_000

  /// The paths of all under the root, without it before them; `.` is the root itself.
  func names() -> [String] {
    var found: [String] = []
    search("", depth: 0, &found)
    return found.sorted()
  }

  private func search(_ path: String, depth: Int, _ found: inout [String]) {
    guard found.count < Self.most, depth <= Self.deepest,
      let names = try? Files.names(path.isEmpty ? root : "\(root)/\(path)")
    else { return }
    if isOne(names) {
      found.append(path.isEmpty ? "." : path)
      return
    }
    for name in names where !name.hasPrefix(".") {
      let inner = path.isEmpty ? name : "\(path)/\(name)"
      if Self.isFolder("\(root)/\(inner)") { search(inner, depth: depth + 1, &found) }
    }
  }

  /// The folder that a name stands for.
  ///
  /// - Parameter kind: what errors call it.
  /// - Throws: ``Problem`` 404 for what is no plain path under the root (with `..`, an empty or a
  ///   hidden part), and where a part of it is a link or nothing: whether something lies outside
  ///   the root is not revealed.
  func folder(named name: String, _ kind: String) throws(Problem) -> String {
    let missing = Problem.missing(
      "there is no \(kind) '\(name.prefix(200))'", hint: "list them: /v1/\(kind)s")
    guard name.utf8.count <= 1_024 else { throw missing }
    var path = root
    if name != "." {
      for part in name.pathComponents {
        guard let first = part.utf8.first, first != UInt8(ascii: ".") else { throw missing }
        path += "/\(part)"
        guard Self.isFolder(path) else { throw missing }
      }
    }
    guard let names = try? Files.names(path), isOne(names) else { throw missing }
    return path
  }

  /// Whether a folder lies at a path, and not a link to one.
  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
