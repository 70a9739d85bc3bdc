import Wording
public import Corpus
internal import DatasetCache
internal import Foundation
internal import SignalKit
internal import Training

/// What of a table is learnt from, and how its rows are divided.
public struct TableChoices: Sendable {
  /// The columns that are learnt from.
  public var columns = FeatureColumns.only(FeatureVector.names)
  /// What the split keeps to; ``SplitPolicy/grouped`` if nil where recordings or artists are known,
  /// else ``SplitPolicy/stratified``.
  public var policy: SplitPolicy?
  /// Shares of train, validation and test, or of train and test; 0.8 and 0.2 if nil. A published
  /// split has sides of its own.
  public var shares: [Double]?
  /// The seed of the split.
  public var seed: UInt64 = 1
  /// What is known of the tracks, so that artists and recordings stay together, and which splits
  /// were published.
  public var manifest: Manifest?
  /// The manifest's name or file, for the run's record.
  public var manifestName: String?

  /// Every column, each of which must be a feature of Lathe's; four fifths to train and one to
  /// test.
  public init() {}

  /// The split of a table's tracks.
  /// - Throws: ``RunError`` `.choice` where the policy cannot be kept, and `SplitError`.
  func split(of rows: FeatureRows) throws -> Split {
    let tracks = tracks(of: rows)
    if case .published(let name) = policy { return try published(name, rows) }
    let standard = SplitPolicy.standard(for: tracks)
    if policy == .grouped, standard != .grouped {
      throw RunError(
        kind: .choice, subject: "policy grouped",
        detail: "no artists or recordings are known of this table, so it would be stratified",
        hint: "name a manifest that knows them with --manifest")
    }
    let plan = try SplitPlan(
      policy: policy ?? standard, seed: seed, division: .ratios(shares ?? [0.8, 0.2]))
    return try Split.make(plan, tracks: tracks)
  }

  /// The tracks of a table, with what the manifest knows of them.
  func tracks(of rows: FeatureRows) -> [SplitTrack] {
    let known = Dictionary(
      (manifest?.tracks ?? []).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    return rows.trackIDs.indices.map { index in
      let track = known[rows.trackIDs[index]]
      return SplitTrack(
        id: rows.trackIDs[index], label: rows.trackLabels[index], tags: rows.trackTags?[index],
        group: track?.group, artist: track?.artist, title: track?.title)
    }
  }

  private func published(_ name: String, _ rows: FeatureRows) throws -> Split {
    let subject = "policy published:\(name)"
    guard shares == nil else {
      throw RunError(
        kind: .choice, subject: subject, detail: "a published split has its own sides",
        hint: "leave out --ratios")
    }
    let all = manifest?.publishedSides ?? []
    guard let sides = all.first(where: { $0.name == name }) else {
      throw RunError(
        kind: .choice, subject: subject,
        detail: all.isEmpty
          ? "no published split is known"
          : "the manifest publishes \(Words.list(all.map(\.name)))",
        hint: all.isEmpty ? "name a manifest that has it with --manifest" : "name one of these")
    }
    return try Split.published(sides, tracks: rows.trackIDs)
  }
}

extension DividedSamples {
  /// A table of features, divided anew.
  /// - Throws: ``RunError`` `.data` where the table cannot be read, `.choice` where the policy
  ///   cannot be kept, and `SplitError`.
  public static func table(
    _ path: String, _ choices: TableChoices = TableChoices()
  ) throws -> DividedSamples {
    let (bytes, rows) = try read(path, choices.columns)
    return try table(
      path, bytes, rows, split: try choices.split(of: rows), manifest: choices.manifestName,
      knownTracks: choices.manifest == nil ? nil : choices.tracks(of: rows))
  }

  /// A table of features with a split that was made before.
  /// - Parameter columns: the columns that are learnt from; all if nil.
  static func table(_ path: String, columns: [String]?, split: Split) throws -> DividedSamples {
    let (bytes, rows) = try read(path, columns.map(FeatureColumns.named) ?? .all)
    return try table(path, bytes, rows, split: split)
  }

  private static func table(
    _ path: String, _ bytes: [UInt8], _ rows: FeatureRows, split: Split, manifest: String? = nil,
    knownTracks: [SplitTrack]? = nil
  ) throws -> DividedSamples {
    let content = try Fingerprint(hashing: bytes).hex
    let mark = try fingerprint(of: split)
    let columns = rows.hasAllColumns ? nil : rows.columns
    let chosen = try columns.map { "/\(try Fingerprint(hashing: CanonicalJSON.encode($0)).hex)" }
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

  private static func read(
    _ path: String, _ columns: FeatureColumns
  ) throws -> ([UInt8], FeatureRows) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw RunError(
        kind: .data, subject: path, detail: "there is no such file, or it cannot be read",
        hint: "give the table's path")
    }
    let bytes = [UInt8](data)
    do { return (bytes, try FeatureRows(parsing: bytes, features: columns)) } catch {
      throw RunError(kind: .data, subject: path, detail: "\(error)")
    }
  }
}
