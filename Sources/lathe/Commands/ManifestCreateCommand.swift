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
        csv           a table with the columns path and label, and any of id, artist, title, group, \
      md5, fold and split; --columns says what they are called; paths are relative to the folder of \
      audio
      Published folds become the split "folds", published sides the split "published". No audio is \
      read unless --md5 asks for checksums of the files that are there.

      Examples:
        lathe manifest create music --layout folders --md5 --output music.json
        lathe manifest create UrbanSound8K --layout urbansound8k --output urbansound8k.json
        lathe manifest create . --layout fma --subset small --output fma-small.json
        lathe manifest create tracks.csv --layout csv --audio music --md5 --output music.json
        lathe manifest create tracks.csv --layout csv --columns label=genre,path=file
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

  @Flag(help: "Take the MD5 of every file that is there.")
  var md5 = false

  func validate() throws {
    if source.isEmpty || output.isEmpty {
      throw ValidationError("An empty path: give the folder or table, and --output a file.")
    }
    if subset != nil && layout != .fma {
      throw ValidationError("--subset is for --layout fma.")
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
    if layout == .folders && !isFolder.boolValue {
      throw ValidationError("--layout folders needs a folder; \(Words.shown(source)) is a file.")
    }
    if layout == .csv && isFolder.boolValue {
      throw ValidationError(
        "--layout csv needs the table itself; \(Words.shown(source)) is a folder.")
    }
    var manifest = try manifest(isFolder: isFolder.boolValue)
    if md5 { manifest = try addingChecksums(to: manifest, isFolder: isFolder.boolValue) }
    try write(manifest)
  }

  private var sourceURL: URL { URL(fileURLWithPath: source).standardizedFileURL }

  private func manifest(isFolder: Bool) throws -> Manifest {
    let ownName = isFolder ? sourceURL : sourceURL.deletingPathExtension()
    let name = name ?? ownName.lastPathComponent
    if layout == .folders {
      let (manifest, rejected, unreachable) = try ManifestMaking.folders(source, name: name)
      for rejection in rejected { Output.error("left out: \(rejection)") }
      for error in unreachable { Output.error("left out: \(error)") }
      // A name from outside may be no plain one; made by the checking initialiser it is refused.
      return try Manifest(name: name, labels: manifest.labels, tracks: manifest.tracks)
    }
    let table = isFolder ? "\(source)/\(layout.table ?? "")" : source
    return try DatasetTable.manifest(
      at: table, layout: layout, name: name, subset: subset, columns: try columns.names())
  }

  private func addingChecksums(to manifest: Manifest, isFolder: Bool) throws -> Manifest {
    let folder = audio ?? (isFolder ? source : sourceURL.deletingLastPathComponent().path)
    let (known, count, unreadable) = try ManifestMaking.addingChecksums(
      to: manifest, folder: folder)
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
