internal import Corpus
public import DatasetCache

/// The rows of a feature view in the layout of the public GTZAN tables: `filename`, `length` in
/// samples, the features, `label` (where a track may have several, `labels`, with `|` between them); tracks in order of their ids, slices in order of time.
///
/// A row of a cut track is named after its slice (`blues.00000.0.wav`), one of a whole track after
/// its file (`blues.00000.wav`). Numbers are the shortest decimals that read back to the same
/// float. File names and labels that a spreadsheet would compute have an apostrophe in front:
/// `'=cmd.0.wav`.
public struct FeatureTable: Sendable {
  /// The view.
  public let view: View
  /// The names of the features, in order.
  public let columns: [String]
  private let cache: Cache
  private let fingerprint: Fingerprint
  private let records: [TrackRecord]
  private let isTagged: Bool

  /// Takes the table as it is at this moment: what is prepared meanwhile does not show.
  ///
  /// - Throws: ``ExportError`` where the cache lacks the view or cannot be read, or it is no table.
  public init(_ view: View, of cache: Cache) throws(ExportError) {
    do {
      let cache = try cache.snapshot()
      guard let description = try cache.description(), let columns = description.columns[view],
        let fingerprint = description.fingerprints[view]
      else {
        let known = try cache.description()
        let tables = known.map { $0.columns.keys.sorted() } ?? []
        throw known?.fingerprints[view] == nil
          ? ExportError.missingView(view, cache: cache.path) : .notATable(view, tables: tables)
      }
      self.columns = columns
      self.fingerprint = fingerprint
      self.cache = cache
      // A table never mixes recipes: a track whose turn has not come yet is left out.
      records = try cache.trackRecords().filter { $0.views[view] == fingerprint }
    } catch let error as CacheError {
      throw .cache(error)
    } catch let error as ExportError {
      throw error
    } catch {
      throw .missingView(view, cache: cache.path)
    }
    isTagged = records.contains { $0.tags != nil }
    if records.isEmpty { throw .empty(view, cache: cache.path) }
    self.view = view
  }

  /// The first line.
  public var header: String {
    (["filename", "length"] + columns + [isTagged ? "labels" : "label"]).map(CSVField.quoted)
      .joined(separator: ",")
  }

  /// Calls `body` with the lines of each track.
  ///
  /// - Throws: ``ExportError`` where a value is missing or damaged; what `body` throws.
  /// - Returns: how many rows there were.
  @discardableResult
  public func forEachTrack(
    _ body: (_ lines: [String]) throws(ExportError) -> Void
  ) throws(ExportError) -> Int {
    var rows = 0
    for record in records {
      let lines = try self.lines(of: record)
      rows += lines.count
      try body(lines)
    }
    return rows
  }

  private func lines(of record: TrackRecord) throws(ExportError) -> [String] {
    let value: (shape: [Int], values: [Float])?
    let slices: SliceIndex?
    do {
      value = try cache.floats(of: view, fingerprint: fingerprint, track: record.id)
      slices = try cache.slices(of: view, track: record.id)
    } catch {
      throw .cache(error)
    }
    guard let value, let slices, value.shape == [slices.count, columns.count] else {
      throw .wrongShape(
        track: record.id,
        detail: "its \(view.rawValue) value does not hold \(columns.count) columns a slice")
    }
    let fileExtension = record.path.split(separator: ".").last.map { ".\($0)" } ?? ""
    let label = try record.tags.map { tags throws(ExportError) in
      guard let text = TagField.text(tags) else {
        throw ExportError.unfit(
          "track \(record.id): a label holds \(TrackTags.separator), which stands between labels in a table",
          hint: "rename it in the manifest and prepare again")
      }
      return text
    }
    // The one slice of a whole track, as its rule has it.
    let isWhole = slices.count == 1 && slices.hop == 1 && slices.length == slices.frames
    return (0..<slices.count).map { slice in
      let name = isWhole ? record.id : "\(record.id).\(slice)"
      let row = value.values[slice * columns.count..<(slice + 1) * columns.count]
      var line = CSVField.name(name + fileExtension)
      line += ",\(slices.length)"
      for number in row { line += ",\(number)" }
      return line + "," + CSVField.name(label ?? record.label)
    }
  }
}
