import Foundation

/// The files of this package, found from where this file lies.
struct RepositoryTree {
  let root: URL

  init(file: String = #filePath) {
    root = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
  }

  func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// The paths of all files under a folder, from the root, sorted.
  func files(under folder: String) throws -> [String] {
    let manager = FileManager.default
    return try manager.subpathsOfDirectory(atPath: root.appendingPathComponent(folder).path)
      .map { folder + "/" + $0 }
      .filter { path in
        var isFolder: ObjCBool = false
        let full = root.appendingPathComponent(path).path
        return manager.fileExists(atPath: full, isDirectory: &isFolder) && !isFolder.boolValue
          && !path.split(separator: "/").contains { $0.hasPrefix(".") }
      }
      .sorted()
  }

  /// The names at the top of the repository. What git holds is asked first: a cache that somebody
  /// prepared beside the sources is no part of the repository. Without git the folder counts, less
  /// what a build leaves.
  func topLevel() throws -> [String] {
    if let listed = trackedNames() { return listed }
    return try FileManager.default.contentsOfDirectory(atPath: root.path)
      .filter { $0 != "Package.resolved" }
  }

  private func trackedNames() -> [String]? {
    guard FileManager.default.fileExists(atPath: root.appendingPathComponent(".git").path) else {
      return nil
    }
    let git = Process()
    git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    git.arguments = ["git", "-C", root.path, "ls-files", "-z"]
    let output = Pipe()
    git.standardOutput = output
    git.standardError = FileHandle.nullDevice
    guard (try? git.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    git.waitUntilExit()
    guard git.terminationStatus == 0, !data.isEmpty else { return nil }
    let names = data.split(separator: 0).map { path in
      String(decoding: path.prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self)
    }
    return Set(names).sorted()
  }
}
