/// Several sources one after the other, such as all folds but one.
public struct JoinedSamples: SampleSource {
  private let parts: [any SampleSource]
  /// Where each part begins, and the count of all.
  private let starts: [Int]
  /// Where each part's tracks begin, in numbers of their own, and the end of all.
  private let trackStarts: [Int]

  /// What the samples are, for people and messages.
  public let name: String
  /// Made of the parts' identities, in order.
  public let identity: String

  /// - Throws: ``SampleError`` where there are none, or they differ in shape or labels.
  public init(_ parts: [any SampleSource]) throws(SampleError) {
    guard let first = parts.first,
      parts.allSatisfy({
        $0.shape == first.shape && $0.labels == first.labels && $0.isTagged == first.isTagged
      })
    else {
      throw SampleError(
        kind: .damaged, subject: "joined samples", detail: "their shapes or labels differ",
        hint: "join sides of one split")
    }
    self.parts = parts
    starts = parts.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
    name = parts.count == 1 ? first.name : "\(first.name) and \(parts.count - 1) more"
    identity = parts.map(\.identity).joined(separator: "+")
    trackStarts = parts.reduce(into: [0]) { starts, part in
      let last = (0..<part.count).reduce(-1) { max($0, part.location(of: $1).track) }
      starts.append((starts.last ?? 0) + last + 1)
    }
  }

  /// How many samples there are.
  public var count: Int { starts[parts.count] }
  /// The length of each axis of a sample.
  public var shape: [Int] { parts[0].shape }
  /// The axes of a sample.
  public var axes: [SampleAxis] { parts[0].axes }
  /// The names of the labels, in byte order.
  public var labels: [String] { parts[0].labels }

  /// The part that a sample is of, and its number there.
  private func part(of sample: Int) -> (number: Int, sample: Int) {
    let number = Self.part(of: sample, starts)
    return (number, sample - starts[number])
  }

  /// The last part that begins at or before a number; among few parts a walk is quickest.
  private static func part(of number: Int, _ starts: [Int]) -> Int {
    var part = 0
    while part + 2 < starts.count, number >= starts[part + 1] { part += 1 }
    return part
  }

  /// The label of a sample.
  public func label(of sample: Int) -> Int {
    let part = part(of: sample)
    return parts[part.number].label(of: part.sample)
  }

  /// Whether a sample may have any number of labels.
  public var isTagged: Bool { parts[0].isTagged }

  /// Gives the labels of a sample with their weights.
  public func forEachLabel(of sample: Int, _ body: (_ label: Int, _ weight: Float) -> Void) {
    let part = part(of: sample)
    parts[part.number].forEachLabel(of: part.sample, body)
  }

  /// The track, in a numbering in which no two parts share one, and the slice.
  public func location(of sample: Int) -> SampleLocation {
    let part = part(of: sample)
    let own = parts[part.number].location(of: part.sample)
    return SampleLocation(track: trackStarts[part.number] + own.track, slice: own.slice)
  }

  /// The id of a track; empty for a number that is no track's.
  public func trackID(_ track: Int) -> String {
    let number = Self.part(of: track, trackStarts)
    return parts[number].trackID(track - trackStarts[number])
  }

  /// Asks the system to have a sample's pages ready soon.
  public func prefetch(_ sample: Int) {
    let part = part(of: sample)
    parts[part.number].prefetch(part.sample)
  }

  /// Lends the numbers of a sample's track.
  public func read(
    _ sample: Int, _ body: (RawSpan, SampleWindow) -> Void
  ) throws(SampleError) {
    let part = part(of: sample)
    try parts[part.number].read(part.sample, body)
  }

  /// The same, checking what is reached only where the part can.
  public func read(
    _ sample: Int, reaching reach: (SampleWindow) -> Range<Int>,
    _ body: (RawSpan, SampleWindow) -> Void
  ) throws(SampleError) {
    let part = part(of: sample)
    try parts[part.number].read(part.sample, reaching: reach, body)
  }
}
