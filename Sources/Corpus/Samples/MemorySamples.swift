import Wording

/// Samples whose numbers are in memory: rows of a table, slices of one file.
public struct MemorySamples: SampleSource {
  /// What the samples are, for people and messages.
  public let name: String
  /// Given when made; equal where the samples are.
  public let identity: String
  /// The length of each axis of a sample.
  public let shape: [Int]
  /// The names of the labels, in byte order.
  public let labels: [String]
  private let rows: [Row]
  /// Of each track the weights of its labels, by their numbers; nil where each has one.
  private let tags: [[Int: Float]]?
  private let trackIDs: [String]
  private let values: [Float]
  private let size: Int

  /// One sample.
  public struct Row: Sendable, Hashable {
    /// An index into the labels; -1 where a track may have several.
    public var label: Int
    /// An index into the track ids.
    public var track: Int
    /// Which slice of its track it is.
    public var slice: Int

    /// A row of these parts.
    public init(label: Int, track: Int, slice: Int) {
      self.label = label
      self.track = track
      self.slice = slice
    }
  }

  /// - Parameters:
  ///   - values: the numbers of all rows, row after row.
  ///   - tags: where a track may have several labels, those of each track with their weights, by the labels' numbers.
  /// - Throws: ``SampleError`` where the numbers do not fill the rows, or a row has a label or a
  ///   track that is not there.
  public init(
    name: String, identity: String, shape: [Int], labels: [String], trackIDs: [String],
    rows: [Row], values: [Float], tags: [[Int: Float]]? = nil
  ) throws(SampleError) {
    let known = tags == nil ? labels.indices : -1..<0
    let areSound =
      rows.allSatisfy { known.contains($0.label) && trackIDs.indices.contains($0.track) }
      && tags.map { tags in
        tags.count == trackIDs.count
          && tags.allSatisfy { $0.keys.allSatisfy(labels.indices.contains) }
      } ?? true
    guard let size = Self.product(shape), rows.count <= values.count / size,
      values.count == rows.count * size, areSound
    else {
      throw SampleError(
        kind: .damaged, subject: name,
        detail:
          "\(Words.counted(values.count, "number")) do not make "
          + "\(Words.counted(rows.count, "row")) of \(shape)",
        hint: "give every row its numbers, a label and a track")
    }
    self.size = size
    self.name = name
    self.identity = identity
    self.shape = shape
    self.labels = labels
    self.tags = tags
    self.trackIDs = trackIDs
    self.rows = rows
    self.values = values
  }

  /// How many numbers a sample has; nil where an axis is none or there are more than can be
  /// counted.
  private static func product(_ shape: [Int]) -> Int? {
    var product = 1
    for axis in shape {
      let (next, overflows) = product.multipliedReportingOverflow(by: axis)
      guard axis > 0, !overflows else { return nil }
      product = next
    }
    return product
  }

  /// How many samples there are.
  public var count: Int { rows.count }
  /// The label of a sample; -1 where a track may have several.
  public func label(of sample: Int) -> Int { rows[sample].label }
  /// Whether a track may have several labels.
  public var isTagged: Bool { tags != nil }
  /// Gives the labels of a sample with their weights, in the order of their numbers.
  public func forEachLabel(of sample: Int, _ body: (_ label: Int, _ weight: Float) -> Void) {
    let row = rows[sample]
    guard let tags else { return body(row.label, 1) }
    for (label, weight) in tags[row.track].sorted(by: { $0.key < $1.key }) { body(label, weight) }
  }
  /// The track and the slice of a sample.
  public func location(of sample: Int) -> SampleLocation {
    SampleLocation(track: rows[sample].track, slice: rows[sample].slice)
  }
  /// The id of a track; empty for a number that is no track's.
  public func trackID(_ track: Int) -> String {
    trackIDs.indices.contains(track) ? trackIDs[track] : ""
  }
  /// Nothing to do.
  public func prefetch(_ sample: Int) {}

  /// Lends a row.
  public func read(
    _ sample: Int, _ body: (RawSpan, SampleWindow) -> Void
  ) throws(SampleError) {
    let start = sample * size
    body(
      values.span.extracting(start..<start + size).bytes,
      SampleWindow(type: .float32, elements: 0..<size, trackElements: size, isSignal: false))
  }
}
