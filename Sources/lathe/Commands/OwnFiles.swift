import Wording
import ArgumentParser
import Foundation

/// Keeps outputs out of the cache that they are made from.
enum OwnFiles {
  /// - Throws: where `path` is the folder `cache`, or would lie in it.
  static func refuse(_ path: String, in cache: String, option: String = "--output") throws {
    let own = resolved(cache)
    let target = resolved(path)
    guard target == own || target.hasPrefix(own + "/") else { return }
    throw ValidationError(
      "\(option) \(Words.shown(path)) lies in the cache itself: write elsewhere.")
  }

  /// The path without links, as far as it is there already.
  private static func resolved(_ path: String) -> String {
    var existing = URL(fileURLWithPath: path).standardizedFileURL
    var rest: [String] = []
    while existing.path.count > 1, !FileManager.default.fileExists(atPath: existing.path) {
      rest.insert(existing.lastPathComponent, at: 0)
      existing.deleteLastPathComponent()
    }
    let real = existing.resolvingSymlinksInPath().path
    return ([real == "/" ? "" : real] + rest).joined(separator: "/")
  }
}
