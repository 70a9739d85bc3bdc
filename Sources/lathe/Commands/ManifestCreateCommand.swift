import Wording
public import ArgumentParser
import AudioIO
public import Corpus
import Foundation
import Preparation
import Reporting

struct ManifestCreateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Make a manifest from the folder or the table of a dataset.",
    discussion: """
      SOURCE is the folder of the dataset as it is published, or a table:
        folders       one folder a label
        esc50         meta/esc50.csv; five folds; clips of one recording form a group
        urbansound8k  metadata/UrbanSound8K.csv; ten folds; slices of one recording form a group
        fma           fma_metadata/tracks.csv; its split; artists; tracks with a top genre only
        mtg-jamendo   data/autotagging.tsv or a subset of it; its splits; tags, artists, albums
        magnatagatune annotations_final.csv and clip_info_final.csv; tags, artists, the split by folders
        msd           genres (msd_tagtraum_cd2c.cls) and unique_tracks.txt; artists, songs; --audio says \
      where files named by the tracks' ids lie
        gtzan         a folder of GTZAN, with what the manifest that comes with Lathe knows of it
        csv           a table with the columns path and label (or labels, with "|" between them), and any of \
      id, artist, title, group, licence, md5, fold and split; --columns says what they are called; paths \
      are relative to the folder of audio
      Published folds become the split "folds", published sides the split "published"; of these datasets they \
      are the default split. No audio is read unless --md5 asks for checksums of the files that are there.

      Examples:
        lathe manifest create music --layout folders --md5 --output music.json
        lathe manifest create UrbanSound8K --layout urbansound8k --output urbansound8k.json
        lathe manifest create . --layout fma --subset small --output fma-small.json
        lathe manifest create tracks.csv --layout csv --audio music --md5 --output music.json
        lathe manifest create tracks.csv --layout csv --columns label=genre,path=file
        lathe manifest create mtg-jamendo-dataset --layout mtg-jamendo --output jamendo.json
        lathe manifest create magna --layout magnatagatune --top-labels 50 --list top50:train=train.tsv \
      --list top50:validation=valid.tsv --list top50:test=test.tsv --output magna.json
      """)

  @Argument(help: "The folder of the dataset, or its table.")
  var source: String

  @Option(
    help: ArgumentHelp(
      "How the dataset comes: "
        + "\(DatasetLayout.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "layout"))
  var layout: DatasetLayout

  @Option(help: "What to call the dataset; the name of the folder or table if not given.")
  var name: String?

  @Option(help: ArgumentHelp("Where to write it; - is the standard output.", valueName: "file"))
  var output = "-"

  @Option(
    help: ArgumentHelp(
      "FMA only: \(FMASubset.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "subset"))
  var subset: FMASubset?

  @Option(
    help: ArgumentHelp(
      "Where --md5 looks for the audio; the folder of the dataset, or of the table, if not given.",
      valueName: "dir"), completion: .directory)
  var audio: String?

  @OptionGroup var columns: TableColumns

  @Option(
    help: ArgumentHelp(
      "With --layout folders: which folder is the label, such as */genre/* for the second.",
      valueName: "pattern"))
  var labelFrom: String?

  @Option(
    help: ArgumentHelp(
      "Keep so many of the most frequent labels; tracks with none of them stay without a label.",
      valueName: "n"))
  var topLabels: Int?

  @Option(
    help: ArgumentHelp(
      "The tracks of a side of a published split, a line each, by id, path or file name; may be given several "
        + "times.", valueName: "split:side=file"))
  var list: [String] = []

  @Flag(help: "Take the MD5 of every file that is there.")
  var md5 = false

  func validate() throws {
    if source.isEmpty || output.isEmpty {
      throw ValidationError("An empty path: give the folder or table, and --output a file.")
    }
    if subset != nil && layout != .fma {
      throw ValidationError("--subset is for --layout fma.")
    }
    if let labelFrom {
      if layout != .folders { throw ValidationError("--label-from is for --layout folders.") }
      do { _ = try FolderPattern(labelFrom) } catch { throw ValidationError("\(error)") }
    }
    if let topLabels, topLabels < 1 {
      throw ValidationError("--top-labels \(topLabels): give 1 or more.")
    }
    if columns.columns != nil && layout != .csv {
      throw ValidationError("--columns is for --layout csv.")
    }
  }

  func run() throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: source, isDirectory: &isFolder) else {
      throw ValidationError("\(Words.shown(source)): there is no such file or folder.")
    }
    if layout == .csv && isFolder.boolValue {
      throw ValidationError(
        "--layout csv needs the table itself; \(Words.shown(source)) is a folder.")
    }
    var manifest: Manifest
    do {
      manifest = try self.manifest(isFolder: isFolder.boolValue)
    } catch let error as AudioError where error.code == "not-an-archive" {
      throw ValidationError(
        "--layout \(layout.rawValue) needs a folder or an archive; \(Words.shown(source)) is another file."
      )
    }
    if let topLabels { manifest = try manifest.keepingLabels(topLabels) }
    manifest = try adding(lists: try DatasetFolder.lists(list), to: manifest)
    for names in manifest.labelsAlike {
      Output.error(
        "labels that differ in case or blanks only: \(Words.list(names.map(Words.shown)))")
    }
    if md5 { manifest = try addingChecksums(to: manifest, isFolder: isFolder.boolValue) }
    try write(manifest)
  }

  private var sourceURL: URL { URL(fileURLWithPath: source).standardizedFileURL }

  private func manifest(isFolder: Bool) throws -> Manifest {
    let ownName =
      isFolder
      ? sourceURL.lastPathComponent
      : [.folders, .gtzan].contains(layout)
        ? AudioRoots(source).name : sourceURL.deletingPathExtension().lastPathComponent
    let name = name ?? ownName
    if layout == .folders {
      let (manifest, rejected, unreachable) = try ManifestMaking.folders(
        AudioRoots(source), name: name,
        pattern: labelFrom.map { try FolderPattern($0) } ?? .outermost)
      for rejection in rejected { Output.error("left out: \(rejection)") }
      for error in unreachable { Output.error("left out: \(error)") }
      // A name from outside may be no plain one; made by the checking initialiser it is refused.
      return try Manifest(name: name, labels: manifest.labels, tracks: manifest.tracks)
    }
    if layout == .gtzan {
      let paths = try ManifestMaking.audioPaths(AudioRoots(source))
      let (manifest, absent, unlisted) = try Catalogue.manifest("gtzan").overlay(on: paths)
      if !absent.isEmpty { Output.error("not there: \(Words.tracks(absent.count)) of GTZAN") }
      if !unlisted.isEmpty {
        Output.error("not of GTZAN: \(Words.counted(unlisted.count, "file"))")
      }
      return manifest
    }
    if [.mtgJamendo, .magnatagatune, .msd].contains(layout) {
      return try DatasetFolder.manifest(at: source, layout: layout, name: name, audio: audio)
    }
    let table = isFolder ? "\(source)/\(layout.table ?? "")" : source
    let manifest = try DatasetTable.manifest(
      at: table, layout: layout, name: name, subset: subset, columns: try columns.names())
    guard layout == .csv, let audio else { return manifest }
    do { return try manifest.naming(files: ManifestMaking.audioPaths(AudioRoots(audio))) } catch let
      error as ManifestError
    {
      throw UnusableFile(name: table, reason: error)
    }
  }

  private func adding(lists: [Manifest.SideList], to manifest: Manifest) throws -> Manifest {
    do { return try manifest.adding(lists: lists) } catch {
      throw UnusableFile(name: "--list", reason: error)
    }
  }

  private func addingChecksums(to manifest: Manifest, isFolder: Bool) throws -> Manifest {
    let folder = audio ?? (isFolder ? source : sourceURL.deletingLastPathComponent().path)
    let (known, count, unreadable) = try ManifestMaking.addingChecksums(
      to: manifest, roots: AudioRoots(folder))
    for error in unreadable { Output.error("without checksum: \(error)") }
    Output.error("checksums of \(Words.tracks(count)) of \(Words.count(manifest.tracks.count))")
    return known
  }

  private func write(_ manifest: Manifest) throws {
    let text = manifest.readableJSON()
    if output == "-" {
      return Output.text(json: String(decoding: text, as: UTF8.self))
    }
    try OutputFile.write(text, to: output)
    let splits = manifest.splits.keys.sorted().joined(separator: ", ")
    Output.error(
      "\(Words.shown(output)): \(Words.tracks(manifest.tracks.count)), "
        + "\(Words.counted(manifest.labels.count, "label"))"
        + (splits.isEmpty ? "" : ", splits \(splits)"))
  }
}

extension DatasetLayout: ExpressibleByArgument {}
extension FMASubset: ExpressibleByArgument {}
