public import Corpus
import LMDBStore

/// The slices of one view of a cache, all of them or those of one side of a split, as a source of
/// samples.
///
/// Made by ``Cache/samples(view:split:side:verification:)``. It holds one state of the cache: what
/// a preparation writes meanwhile, in this or another process, does not show, and neither does the
/// removal of the whole folder. Nothing is copied: a sample is lent where it lies in the mapped
/// file. Any number of threads may read at a time; they take no lock but at the first touch of a
/// track, or of a part of it that is checked for itself, where it is looked up and checked.
///
/// Not protected: a shard that another program cuts short. What was touched before may then end the
/// process (SIGBUS), as with every mapped file; what was not is refused. Lathe itself never
/// shortens a shard.
///
/// A forked child cannot use one (``SampleError/Kind/system``); it opens the cache anew.
public final class CacheSamples: SampleSource, @unchecked Sendable {
  // Unchecked: everything is set once, but for the addresses in `table` and the bits of `marks`,
  // which are atomic.

  /// When stored values are checked against their checksum.
  public enum Verification: String, Sendable, Hashable, Codable {
    /// When they are touched for the first time: the blocks of about a slice that a sample of a
    /// waveform or a mel picture lies in, and the whole track's values in other views, and where
    /// the cache was written before there were checksums of blocks.
    case firstTouch
    /// Never; only the header is looked at.
    case none
  }

  /// What the samples are, such as "mel of train of grouped-seed1-0.8-0.1-0.1 in gtzan.lathe".
  public let name: String
  /// SHA-256 of what decides which sample has which number, and of the audio files' checksums, 64
  /// hex digits: equal for caches with the same tracks, recipe of the view and split.
  public let identity: String
  /// How many samples there are.
  public let count: Int
  /// `[57]` for features, `[bands, frames]` for mel, `[samples]` for windows of the waveform.
  public let shape: [Int]
  /// The labels of all tracks of the cache, in byte order.
  public let labels: [String]
  /// The view.
  public let view: View
  /// What is known of its values.
  public let facts: ViewFacts
  /// The split and the side; nil for all tracks.
  public let side: (split: String, side: String)?
  /// When values are checked.
  public let verification: Verification

  let cache: Cache
  let state: CacheState
  /// The database of the values.
  let values: String
  let fingerprint: Fingerprint
  let tracks: TrackColumns
  let slices: SliceColumns
  let table: SampleTable
  /// What is checked block by block; nil where tracks are checked whole.
  let blocks: CheckedBlocks?
  let mark = ForkMark()
  /// Numbers of a sample, and from one to the next.
  let size: Int
  private let hop: Int
  /// Whether a window may begin at any number; where channels lie side by side, it may not.
  let isSignal: Bool

  init(
    cache: Cache, state: CacheState, values: String, blocks: CheckedBlocks?, view: View,
    facts: ViewFacts, fingerprint: Fingerprint, tracks: TrackColumns, slices: SliceColumns,
    table: consuming SampleTable, shape: [Int], name: String, identity: String,
    side: (split: String, side: String)?, verification: Verification
  ) {
    self.cache = cache
    self.state = state
    self.values = values
    self.view = view
    self.facts = facts
    self.fingerprint = fingerprint
    self.tracks = tracks
    self.slices = slices
    count = table.count
    self.table = table
    self.shape = shape
    self.name = name
    self.identity = identity
    self.side = side
    self.verification = verification
    labels = tracks.labels
    size = shape.reduce(1, *)
    hop = facts.isSignal ? slices.hop * facts.channels : size
    isSignal = facts.isSignal && facts.channels == 1
    self.blocks = blocks
  }

  /// The axes of a sample, outermost first; empty where the cache does not say.
  public var axes: [SampleAxis] { facts.axes }

  /// How many tracks the samples come from.
  public var trackCount: Int { table.memberCount }

  /// Bytes of memory that the source takes whatever is read: 20 to 24 a track, and 4 a sample more
  /// where a split divides slices; for blocks that are checked one by one 4 a track and a bit a
  /// block. The columns of the index and the checksums are read in the mapped file.
  public var indexByteCount: Int { table.byteCount + (blocks?.marks.byteCount ?? 0) }

  /// The label of a sample, an index into ``labels``; -1 where it has none or may have several.
  /// - Complexity: O(1).
  public func label(of sample: Int) -> Int {
    tracks.label(table.track(table.member(of: sample)))
  }

  /// Whether a track may have any number of labels.
  public var isTagged: Bool { tracks.isTagged }

  /// Gives the labels of a sample, as numbers, with their weights.
  /// - Complexity: O(labels of the track).
  public func forEachLabel(of sample: Int, _ body: (_ label: Int, _ weight: Float) -> Void) {
    tracks.forEachWeight(of: table.track(table.member(of: sample)), body)
  }

  /// The track, numbered through the whole cache in the order of the ids' bytes, and the slice.
  /// - Complexity: O(1).
  public func location(of sample: Int) -> SampleLocation {
    let member = table.member(of: sample)
    return SampleLocation(track: table.track(member), slice: table.slice(sample, of: member))
  }

  /// The id of a track, by the number that ``location(of:)`` gives; empty for a number that is no
  /// track's.
  public func trackID(_ track: Int) -> String {
    (0..<tracks.count).contains(track) ? tracks.id(track) : ""
  }

  /// Lends the numbers of the track that a sample is cut from, or only the sample's own where the
  /// split divides the slices of a track among its sides; nothing is copied.
  ///
  /// - Parameters:
  ///   - sample: 0 up to ``count``.
  ///   - body: gets the bytes of what is lent and where in them the sample lies. They end with
  ///     the call. Values above 2 KB begin at a multiple of 16, smaller ones at any address.
  /// - Throws: ``SampleError``: `.damaged`, every time that a damaged sample is touched,
  ///   `.missing`, and `.system` in a forked child. It names database and key.
  /// - Complexity: O(1); the first touch reads what is checked once (see ``Verification``).
  public func read(
    _ sample: Int, _ body: (RawSpan, SampleWindow) -> Void
  ) throws(SampleError) {
    try lend(sample, reach: { $0.elements }, body)
  }

  /// As ``read(_:_:)``, with those numbers checked that `reach` names.
  public func read(
    _ sample: Int, reaching reach: (SampleWindow) -> Range<Int>,
    _ body: (RawSpan, SampleWindow) -> Void
  ) throws(SampleError) {
    try lend(sample, reach: reach, body)
  }

  @inline(__always)
  private func lend(
    _ sample: Int, reach: (SampleWindow) -> Range<Int>,
    _ body: (RawSpan, SampleWindow) -> Void
  ) throws(SampleError) {
    let member = table.member(of: sample)
    var address = table.address(member)
    if address == 0 || !mark.isCurrent { address = try touch(member) }
    let begin = table.slice(sample, of: member) &* hop
    let type = Self.type(address)
    let width = type.size
    // What lies beside a slice of a divided track may be of another side, so it is not lent.
    let isDivided = table.dividesTracks
    let elements = isDivided ? size : elementCount(member)
    let first = isDivided ? 0 : begin
    let offset = UInt(bitPattern: isDivided ? begin &* width : 0)
    // A published address is not 0.
    let start = unsafe UnsafeRawPointer(
      bitPattern: address &>> Self.flagBits &+ offset
    ).unsafelyUnwrapped
    let window = SampleWindow(
      type: type, elements: first..<(first &+ size),
      trackElements: elements, isSignal: isSignal)
    if address & Self.inPart != 0 {
      let numbers = reach(window).clamped(to: 0..<elements)
      let shift = isDivided ? begin : 0
      try check(numbers.lowerBound + shift..<numbers.upperBound + shift, of: member, at: address)
    }
    body(unsafe RawSpan(_unsafeStart: start, byteCount: elements &* width), window)
  }

  /// The bits that tell 32-bit and 16-bit floats from 16-bit integers, and tracks of which only
  /// some blocks may have been checked from the others. The address is shifted past them; no
  /// process has addresses that need the bits which that loses.
  private static let floats: UInt = 1
  static let inPart: UInt = 2
  private static let halves: UInt = 4
  static let flagBits: UInt = 3

  /// The bits of a type.
  static func flag(_ type: SampleType) -> UInt {
    switch type {
    case .int16: 0
    case .float32: floats
    case .float16: halves
    }
  }

  /// The type of the numbers at a published address.
  @inline(__always)
  static func type(_ address: UInt) -> SampleType {
    address & floats != 0 ? .float32 : address & halves != 0 ? .float16 : .int16
  }

  /// How many numbers are stored of a member's track.
  @inline(__always)
  func elementCount(_ member: Int) -> Int {
    Self.elements(of: member, table, slices, size: size, facts)
  }

  @inline(__always)
  static func elements(
    of member: Int, _ table: borrowing SampleTable, _ slices: SliceColumns, size: Int,
    _ facts: ViewFacts
  ) -> Int {
    if facts.isSignal { return Int(slices.frames[table.track(member)]) &* facts.channels }
    return (table.wholeCount(member) ?? Int(slices.counts[table.track(member)])) &* size
  }

  /// Asks the system to read a sample's pages soon, and before its track's first touch those that
  /// it needs: the value's header, or all of the value where it will be checked as a whole.
  public func prefetch(_ sample: Int) {
    let member = table.member(of: sample)
    let address = table.address(member)
    guard mark.isCurrent else { return }
    let snapshot = state.home.snapshot
    if address == 0 {
      guard let found = unsafe try? found(member) else { return }
      guard verification == .none || blocks != nil else { return unsafe snapshot.prefetch(found) }
      unsafe snapshot.prefetch(UnsafeRawBufferPointer(rebasing: found.prefix(1)))
      return unsafe snapshot.prefetch(window(of: sample, member, in: found))
    }
    let width = Self.type(address).size
    let start = address &>> Self.flagBits + UInt(table.slice(sample, of: member) * hop * width)
    unsafe snapshot.prefetch(
      UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: start), count: size * width))
  }

  /// Where a sample lies in its track's value, whose numbers are at the value's end.
  private func window(
    of sample: Int, _ member: Int, in value: UnsafeRawBufferPointer
  ) -> UnsafeRawBufferPointer {
    let elements = elementCount(member)
    let width = value.count >= elements * 4 ? 4 : 2
    let first = value.count - (elements - table.slice(sample, of: member) * hop) * width
    guard first >= 0, first + size * width <= value.count else { return unsafe value }
    return unsafe UnsafeRawBufferPointer(rebasing: value[first..<first + size * width])
  }
}
