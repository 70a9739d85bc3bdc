import Wording

/// Samples that can be read by number, such as the slices of one side of a split in one view.
///
/// What feeds a trainer asks for nothing else, so that it knows no store. A source never changes
/// while it lives: the same number is the same sample, on every thread.
public protocol SampleSource: Sendable {
  /// What the samples are, for people and messages, such as "mel of train in gtzan.lathe".
  var name: String { get }
  /// Tells sources apart: equal where the same samples come in the same order, whatever the machine
  /// or the path; part of the state that a loader saves.
  var identity: String { get }
  /// How many samples there are; they are numbered from 0.
  var count: Int { get }
  /// The length of each axis of a sample, outermost first: `[57]`, `[44100]`, `[128, 87]`.
  var shape: [Int] { get }
  /// What runs along each axis of a sample, outermost first; empty where the source does not know.
  var axes: [SampleAxis] { get }
  /// The names of the labels, in byte order.
  var labels: [String] { get }

  /// Whether a sample may have any number of labels, each with a weight.
  var isTagged: Bool { get }

  /// The label of a sample, an index into ``labels``; -1 where it has none or may have several.
  /// - Complexity: O(1).
  func label(of sample: Int) -> Int
  /// Gives the labels of a sample, as indices into ``labels``, with their weights, above 0 and up to 1; where
  /// each has one label, that with the weight 1.
  /// - Complexity: O(labels of the sample).
  func forEachLabel(of sample: Int, _ body: (_ label: Int, _ weight: Float) -> Void)
  /// The track that a sample is cut from, and which of its slices it is.
  /// - Complexity: O(1).
  func location(of sample: Int) -> SampleLocation
  /// The id of a track, by the number that ``location(of:)`` gives; empty for a number that is no
  /// track's.
  func trackID(_ track: Int) -> String
  /// Asks the system to have a sample's pages ready soon; returns at once and never fails.
  func prefetch(_ sample: Int)
  /// Lends the numbers of the track that a sample is cut from; nothing is copied. Where what lies
  /// beside the sample is of another side of a split, only the sample's own are lent, as if they
  /// were the track.
  ///
  /// The sample's own numbers are what was stored; what lies beside may not have been checked.
  ///
  /// - Parameters:
  ///   - sample: 0 up to ``count``.
  ///   - body: gets the bytes of all that is lent in native order, and where in them the sample
  ///     lies. They end with the call. They may begin at any address.
  /// - Throws: ``SampleError`` where what is stored is damaged; it names the record.
  func read(
    _ sample: Int, _ body: (RawSpan, SampleWindow) -> Void
  ) throws(SampleError)

  /// Lends as ``read(_:_:)`` for a body that reads other numbers than the sample's own, such as a
  /// window that begins elsewhere.
  ///
  /// - Parameter reach: says which numbers of what is lent the body reads, from where the sample
  ///   lies in it; those are what was stored.
  func read(
    _ sample: Int, reaching reach: (SampleWindow) -> Range<Int>,
    _ body: (RawSpan, SampleWindow) -> Void
  ) throws(SampleError)

  /// Statistics that were kept for these very samples, or nil.
  func keptStatistics(_ axis: SampleStatistics.Axis) -> SampleStatistics?
  /// Keeps statistics with the samples, as far as that is possible; a source that is open for
  /// reading only forgets them.
  func keep(_ statistics: SampleStatistics)
}

extension SampleSource {
  /// As ``read(_:_:)``, for sources that check all that they lend.
  public func read(
    _ sample: Int, reaching reach: (SampleWindow) -> Range<Int>,
    _ body: (RawSpan, SampleWindow) -> Void
  ) throws(SampleError) {
    try read(sample, body)
  }
  /// Every sample has one label at most.
  public var isTagged: Bool { false }

  /// Gives the one label.
  public func forEachLabel(of sample: Int, _ body: (_ label: Int, _ weight: Float) -> Void) {
    let label = label(of: sample)
    if label >= 0 { body(label, 1) }
  }

  /// The source does not know its axes.
  public var axes: [SampleAxis] { [] }

  /// The ids of the tracks that have samples here. Several folds of one split by slices have parts
  /// of one track.
  /// - Complexity: O(``count``).
  public var trackIDs: Set<String> {
    let numbers = Set((0..<count).lazy.map { location(of: $0).track })
    return Set(numbers.lazy.map { trackID($0) })
  }

  /// Nothing is kept.
  public func keptStatistics(_ axis: SampleStatistics.Axis) -> SampleStatistics? { nil }
  /// Forgets them.
  public func keep(_ statistics: SampleStatistics) {}
}

/// The type in which a source holds its numbers.
public enum SampleType: String, Sendable, Hashable, Codable {
  /// 16-bit integers; 32,768 of them are 1.0.
  case int16
  /// 32-bit floats.
  case float32
  /// 16-bit floats (IEEE 754 binary16).
  case float16

  /// Bytes of a number.
  public var size: Int { self == .float32 ? 4 : 2 }
}

/// Where a sample lies among the numbers of its track.
public struct SampleWindow: Sendable, Hashable {
  /// The type of the numbers.
  public let type: SampleType
  /// The sample's numbers, counted from the track's first.
  public let elements: Range<Int>
  /// How many numbers the track has.
  public let trackElements: Int
  /// Whether the track is one signal along time, so that a window of the same length may begin
  /// anywhere.
  public let isSignal: Bool

  /// A window of these parts.
  public init(type: SampleType, elements: Range<Int>, trackElements: Int, isSignal: Bool) {
    self.type = type
    self.elements = elements
    self.trackElements = trackElements
    self.isSignal = isSignal
  }
}

/// The track and slice of a sample.
public struct SampleLocation: Sendable, Hashable {
  /// The number of the track in its source.
  public let track: Int
  /// The number of the slice in its track, in the view's slices.
  public let slice: Int

  /// A location of these parts.
  public init(track: Int, slice: Int) {
    self.track = track
    self.slice = slice
  }
}

/// Why a sample could not be read.
public struct SampleError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The cause, as far as a program can do something different about it.
  public enum Kind: String, Sendable, Hashable {
    /// Bytes are not what was written.
    case damaged
    /// What the index names is not there.
    case missing
    /// The system refused.
    case system
  }

  /// The cause.
  public let kind: Kind
  /// The record: database and key, or track and slice.
  public let subject: String
  /// What was found.
  public let detail: String
  /// What to do.
  public let hint: String

  /// An error of these parts.
  public init(kind: Kind, subject: String, detail: String, hint: String) {
    self.kind = kind
    self.subject = subject
    self.detail = detail
    self.hint = hint
  }

  /// One line that a person can act on.
  public var description: String { Words.shown("\(subject): \(detail); \(hint)") }
}
