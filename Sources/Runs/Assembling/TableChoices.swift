public import Corpus
internal import SignalKit

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
    if let policy, case .published = policy {
      guard shares == nil else {
        throw RunError(
          kind: .choice, subject: "policy \(policy.rawValue)",
          detail: "a published split has its own sides", hint: "leave out --ratios")
      }
      if let sides = try (manifest?.publishedSides ?? []).split(of: policy) {
        return try Split.published(sides, tracks: rows.trackIDs)
      }
    }
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
}

extension DividedSamples {
  /// A table of features, divided anew.
  /// - Throws: ``RunError`` `.data` where the table cannot be read, `.choice` where the policy
  ///   cannot be kept, and `SplitError`.
  public static func table(
    _ path: String, _ choices: TableChoices = TableChoices()
  ) throws -> DividedSamples {
    let table = try LoadedTable(at: path, choices.columns)
    return try table.divided(by: try choices.split(of: table.rows), choices)
  }

  /// A table of features with a split that was made before.
  /// - Parameter columns: the columns that are learnt from; all if nil.
  static func table(_ path: String, columns: [String]?, split: Split) throws -> DividedSamples {
    try LoadedTable(at: path, columns.map(FeatureColumns.named) ?? .all).divided(by: split)
  }
}
