import Corpus
import DatasetCache
import Foundation
import Preparation
import Training

/// A table of features that was read, which any number of runs may learn from.
struct LoadedTable {
  /// Its file.
  let path: String
  /// Its rows.
  let rows: FeatureRows
  /// SHA-256 of the file, 64 hexadecimal digits.
  private let content: String

  /// Reads a table.
  /// - Throws: ``RunError`` `.data` where it cannot be read.
  init(at path: String, _ columns: FeatureColumns) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw RunError(
        kind: .data, subject: path, detail: "there is no such file, or it cannot be read",
        hint: "give the table's path")
    }
    let bytes = [UInt8](data)
    self.path = path
    do { rows = try FeatureRows(parsing: bytes, features: columns) } catch {
      throw RunError(kind: .data, subject: path, detail: "\(error)")
    }
    content = try Fingerprint(hashing: bytes).hex
  }

  /// The view that its rows are of: whole tracks where each has one row.
  var view: View { rows.rows.count == rows.trackIDs.count ? .features30s : .features }

  /// Its rows, divided by a split.
  /// - Parameters:
  ///   - manifest: what names recordings and artists, for the run's record.
  ///   - knownTracks: its tracks, where the manifest knows them.
  func divided(
    by split: Split, manifest: String? = nil, knownTracks: [SplitTrack]? = nil
  ) throws -> DividedSamples {
    let mark = try DividedSamples.fingerprint(of: split)
    let columns = rows.hasAllColumns ? nil : rows.columns
    let chosen = try columns.map { "/\(try Fingerprint(hashing: CanonicalJSON.encode($0)).hex)" }
    let (path, rows, content) = (path, rows, content)
    return DividedSamples(
      kind: .csv, path: path, split: split, columns: columns, manifest: manifest,
      knownTracks: knownTracks
    ) { side in
      try rows.samples(
        name: "\(side) of \(split.plan.name) in \(path)",
        identity: "\(content)/\(mark)/\(side)\(chosen ?? "")",
        split: split, side: side)
    }
  }

  /// The same with what was chosen of the table.
  func divided(by split: Split, _ choices: TableChoices) throws -> DividedSamples {
    try divided(
      by: split, manifest: choices.manifestName,
      knownTracks: choices.manifest == nil ? nil : choices.tracks(of: rows))
  }
}
