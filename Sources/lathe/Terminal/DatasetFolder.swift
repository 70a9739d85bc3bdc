import ArgumentParser
import AudioIO
import Corpus
import Foundation
import Preparation
import Wording

/// Reads a dataset that comes as several tables from the folder in which it is published, or from its first table.
enum DatasetFolder {
  /// The manifest of MTG-Jamendo, MagnaTagATune or the Million Song Dataset.
  ///
  /// - Parameters:
  ///   - source: the folder, or the table of tags or genres in it.
  ///   - audio: where the audio of the Million Song Dataset is looked for, by the ids of its tracks.
  static func manifest(
    at source: String, layout: DatasetLayout, name: String, audio: String?
  ) throws -> Manifest {
    do {
      switch layout {
      case .mtgJamendo: return try mtgJamendo(source, name)
      case .magnatagatune:
        let table = try table(in: source, ["annotations_final.csv"], layout)
        let folder = folder(of: table)
        return try MagnaTagATune.manifest(
          annotations: bytes(table), information: optional("\(folder)/clip_info_final.csv"),
          name: name)
      default: return try millionSongs(source, name, audio)
      }
    } catch let error as ManifestError {
      throw UnusableFile(name: source, reason: error)
    }
  }

  private static func mtgJamendo(_ source: String, _ name: String) throws -> Manifest {
    let table = try table(
      in: source, ["data/autotagging.tsv", "autotagging.tsv"], .mtgJamendo)
    let folder = folder(of: table)
    let stem = URL(fileURLWithPath: table).deletingPathExtension().lastPathComponent
    var sides: [MTGJamendo.Side] = []
    for split in (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/splits")) ?? [] {
      for side in ["train", "validation", "test"] {
        guard let bytes = try optional("\(folder)/splits/\(split)/\(stem)-\(side).tsv") else {
          continue
        }
        sides.append(.init(split: split, side: side, table: bytes))
      }
    }
    if sides.isEmpty {
      Output.error("no splits: \(Words.shown(folder)) has no splits/split-0/\(stem)-train.tsv")
    }
    return try MTGJamendo.manifest(
      tags: bytes(table), sides: sides, names: optional("\(folder)/raw.meta.tsv"), name: name)
  }

  private static func millionSongs(
    _ source: String, _ name: String, _ audio: String?
  ) throws -> Manifest {
    let tables =
      ((try? FileManager.default.contentsOfDirectory(atPath: source)) ?? [])
      .filter { $0.hasSuffix(".cls") }.sorted()
    if tables.count > 1 {
      throw ValidationError(
        "\(Words.shown(source)) has \(Words.list(tables)): give the one that is meant.")
    }
    let table = try table(in: source, tables, .msd)
    let folder = folder(of: table)
    var paths: [String: String] = [:]
    if let audio {
      let ids = try ManifestMaking.audioPaths(AudioRoots(audio))
      for path in ids {
        let file = path.pathComponents.last ?? ""
        // TRAXLZU12903D05F94.mp3, or with more behind a dot.
        let id = String(file.prefix { $0 != "." })
        if let other = paths.updateValue(path, forKey: id), id.hasPrefix("TR") {
          throw ValidationError(
            "\(Words.shown(audio)) has two files of the track \(Words.shown(id)): "
              + "\(Words.shown(other)) and \(Words.shown(path)).")
        }
      }
    }
    return try MillionSongDataset.manifest(
      genres: bytes(table), tracks: optional("\(folder)/unique_tracks.txt"), paths: paths,
      name: name)
  }

  /// The lists of `--list SPLIT:SIDE=FILE`.
  static func lists(_ arguments: [String]) throws -> [Manifest.SideList] {
    try arguments.map { argument in
      let parts = argument.split(separator: "=", maxSplits: 1)
      let names = parts.first?.split(separator: ":") ?? []
      guard parts.count == 2, names.count == 2 else {
        throw ValidationError(
          "--list \(Words.shown(argument)): give SPLIT:SIDE=FILE, such as published:train=train.txt."
        )
      }
      return Manifest.SideList(
        split: String(names[0]), side: String(names[1]), lines: try bytes(String(parts[1])))
    }
  }

  /// The table itself, or the first of the names that the folder has.
  private static func table(
    in source: String, _ names: [String], _ layout: DatasetLayout
  ) throws -> String {
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: source, isDirectory: &isFolder)
    if !isFolder.boolValue { return source }
    let found = names.map { "\(source)/\($0)" }
      .first { FileManager.default.fileExists(atPath: $0) }
    guard let found else {
      let wanted = names.isEmpty ? ["an annotation that ends in .cls"] : names
      throw ValidationError(
        "\(Words.shown(source)) has not \(Words.list(wanted)): give the folder as \(layout.rawValue) is "
          + "published, or its table.")
    }
    return found
  }

  private static func folder(of table: String) -> String {
    URL(fileURLWithPath: table).deletingLastPathComponent().path
  }

  private static func optional(_ path: String) throws -> [UInt8]? {
    FileManager.default.fileExists(atPath: path) ? try bytes(path) : nil
  }

  /// The bytes of a table.
  static func bytes(_ path: String) throws -> [UInt8] {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    let size = (attributes?[.size] as? NSNumber)?.intValue ?? 0
    guard size <= DatasetLayout.maximumTableBytes else {
      throw ValidationError(
        "\(Words.shown(path)) has \(Words.bytes(size)); at most "
          + "\(Words.bytes(DatasetLayout.maximumTableBytes)) are read. Is it the right file?")
    }
    guard let content = FileManager.default.contents(atPath: path) else {
      throw ValidationError("\(Words.shown(path)): it cannot be read.")
    }
    return [UInt8](content)
  }
}
