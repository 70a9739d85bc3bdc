import Wording
import ArgumentParser
import Corpus
import Fetching
import Files
import Foundation
import Preparation

/// A recipe or manifest with a fault; which file it is, only the command line knows.
struct UnusableFile: Error, CustomStringConvertible {
  let name: String
  let reason: any Error

  var description: String { "\(Words.shown(name)): \(reason)" }
}

/// Finds what `--manifest` and `--recipe` name: a file, or the name of one that comes with Lathe.
enum Catalogue {
  /// The recipe of this name or file.
  static func recipe(_ name: String) throws -> Recipe {
    if name == Recipe.gtzan.name { return .gtzan }
    let json = try bytes(name, folder: "recipes", option: "--recipe")
    do { return try Recipe.decode(json) } catch { throw UnusableFile(name: name, reason: error) }
  }

  /// The names of the recipes that are found.
  static var recipeNames: [String] { known(in: "recipes") }

  /// The names of the manifests that are found.
  static var manifestNames: [String] { known(in: "datasets") }

  /// The manifest of this name or file.
  static func manifest(_ name: String) throws -> Manifest {
    try manifest(name, option: "--manifest")
  }

  /// The manifest of this name or file; a message says which `option` named it.
  static func manifest(_ name: String, option: String) throws -> Manifest {
    let json = try bytes(name, folder: "datasets", option: option)
    do { return try Manifest.decode(json) } catch { throw UnusableFile(name: name, reason: error) }
  }

  /// What people have corrected, in a file.
  static func overlay(_ path: String) throws -> CollectionOverlay {
    guard let bytes = try Files.read(path, limit: CollectionOverlay.maximumBytes) else {
      throw ValidationError("--overlay \(Words.shown(path)): there is no such file.")
    }
    do { return try CollectionOverlay.decode(bytes) } catch {
      throw UnusableFile(name: path, reason: error)
    }
  }

  /// Where a dataset can be had, as the manifest of this name or file says, or a file `NAME.remotes.json` beside it; nil
  /// where neither says anything.
  static func remotes(of name: String, _ manifest: Manifest) throws -> Remotes? {
    let stem = name.hasSuffix(".json") ? String(name.dropLast(5)) : name
    let files =
      ["\(stem)\(remotesEnding)"] + folders().map { "\($0)/datasets/\(name)\(remotesEnding)" }
    if let file = files.first(where: FileManager.default.fileExists(atPath:)) {
      return try remotes(file: file)
    }
    do { return try Remotes(of: manifest) } catch { throw UnusableFile(name: name, reason: error) }
  }

  /// The remotes of a file.
  static func remotes(file: String) throws -> Remotes {
    guard let json = try Files.read(file, limit: Remotes.maximumBytes) else {
      throw ValidationError("--remotes \(Words.shown(file)): there is no such file.")
    }
    do { return try Remotes.decode(json) } catch { throw UnusableFile(name: file, reason: error) }
  }

  private static let remotesEnding = ".remotes.json"

  private static func bytes(_ name: String, folder: String, option: String) throws -> [UInt8] {
    let candidates = [name] + folders().map { "\($0)/\(folder)/\(name).json" }
    for path in candidates {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
        !isFolder.boolValue
      else { continue }
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      let size = (attributes[.size] as? NSNumber)?.intValue ?? 0
      guard size <= Manifest.maximumBytes else {
        throw ValidationError(
          "\(option) \(path) has \(Words.bytes(size)); at most "
            + "\(Words.bytes(Manifest.maximumBytes)) are read. Is it the right file?")
      }
      guard let data = FileManager.default.contents(atPath: path) else {
        throw ValidationError("\(option) \(path): the file cannot be read; check its permissions.")
      }
      return [UInt8](data)
    }
    let names = known(in: folder)
    throw ValidationError(
      "\(option) \(name): there is no such file, and nothing of that name comes with Lathe"
        + (names.isEmpty ? "." : ", which has \(names.joined(separator: ", "))."))
  }

  /// The names that come with Lathe.
  private static func known(in folder: String) -> [String] {
    let files = folders().flatMap { parent in
      (try? FileManager.default.contentsOfDirectory(atPath: "\(parent)/\(folder)")) ?? []
    }
    let names = files.filter { $0.hasSuffix(".json") && !$0.hasSuffix(remotesEnding) }.map {
      String($0.dropLast(5))
    }
    return Set(names + (folder == "recipes" ? [Recipe.gtzan.name] : [])).sorted()
  }

  /// Where the manifests that come with Lathe may lie: what LATHE_MANIFESTS says, `Manifests` here
  /// and in every folder above the program.
  private static func folders() -> [String] {
    var folders: [String] = []
    if let path = ProcessInfo.processInfo.environment["LATHE_MANIFESTS"] { folders.append(path) }
    folders.append("Manifests")
    var folder = URL(fileURLWithPath: Files.programFolder ?? "/")
    while folder.path.count > 1 {
      folders.append(folder.appendingPathComponent("Manifests").path)
      folder.deleteLastPathComponent()
    }
    return folders.filter { FileManager.default.fileExists(atPath: $0) }
  }
}
