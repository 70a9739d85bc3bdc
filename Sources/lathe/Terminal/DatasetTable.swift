import Wording
import ArgumentParser
import Corpus
import Foundation

/// What the columns of a table are called that isn't called as Lathe calls them.
struct TableColumns: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What columns of the table are called, such as label=genre,path=file.",
      discussion: "Of \(DatasetLayout.ownColumns.joined(separator: ", ")).",
      valueName: "ours=theirs,…"), completion: Completions.columnNames)
  var columns: String?

  func validate() throws { _ = try names() }

  /// The table's name of each column that has another one.
  func names() throws -> [String: String] {
    guard let columns else { return [:] }
    var names: [String: String] = [:]
    for choice in columns.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = choice.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let own = String(parts[0])
      guard parts.count == 2, !parts[1].isEmpty, DatasetLayout.ownColumns.contains(own),
        names.updateValue(String(parts[1]), forKey: own) == nil
      else {
        throw ValidationError(
          "--columns \(Words.shown(String(choice))): give OURS=THEIRS once for each, such as "
            + "label=genre; ours are \(DatasetLayout.ownColumns.joined(separator: ", ")).")
      }
    }
    return names
  }
}

/// Reads the table of a dataset from a file.
enum DatasetTable {
  /// The manifest that a table spells out; rows that are left out are said.
  static func manifest(
    at path: String, layout: DatasetLayout, name: String, subset: FMASubset? = nil,
    columns: [String: String] = [:]
  ) throws -> Manifest {
    guard FileManager.default.fileExists(atPath: path) else {
      throw ValidationError(
        "\(Words.shown(path)): the table of the layout \(layout.rawValue) cannot be read; "
          + "give the folder of the dataset or the table itself.")
    }
    let csv = try DatasetFolder.bytes(path)
    do {
      let made = try Manifest.table(
        csv, layout: layout, name: name, subset: subset, columns: columns)
      if made.unlabelled > 0 {
        Output.error("left out: \(Words.tracks(made.unlabelled)) without a top genre")
      }
      if made.outside > 0 {
        Output.error("left out: \(Words.tracks(made.outside)) outside the subset")
      }
      return made.manifest
    } catch {
      throw UnusableFile(name: path, reason: error)
    }
  }
}
