public import Corpus
import LMDBStore

/// The slices of one view of a cache, all of them or those of one side of a split, as a source of samples.
///
/// Made by ``Cache/samples(view:split:side:verification:)``. It holds one state of the cache: what a
/// preparation writes meanwhile, in this or another process, does not show, and neither does the removal
/// of the whole folder. Nothing is copied: a sample is lent where it lies in the mapped file. Any number of
/// threads may read at a time; they take no lock but at a track's first touch, where its values are looked
/// up and checked.
///
/// Not protected: a shard that another program cuts short. What was touched before may then end the process
/// (SIGBUS), as with every mapped file; what was not is refused. Lathe itself never shortens a shard.
///
/// A forked child cannot use one (``SampleError/Kind/system``); it opens the cache anew.
public final class CacheSamples: SampleSource, @unchecked Sendable {
  // Unchecked: everything is set once, but for the addresses in `table`, which are atomic.

  /// When stored values are checked against their checksum.
  public enum Verification: String, Sendable, Hashable, Codable {
    /// When a track is touched for the first time; it costs reading all of its values once.
    case firstTouch
    /// Never; only the header is looked at.
    case none
  }

  /// What the samples are, such as "mel of train of grouped-seed1-0.8-0.1-0.1 in gtzan.lathe".
  public let name: String
  /// SHA-256 of what decides which sample has which number, and of the audio files' checksums, 64 hex
  /// digits: equal for caches with the same tracks, recipe of the view and split.
  public let identity: String
  /// How many samples there are.
  public let count: Int
  /// `[57]` for features, `[bands, frames]` for mel, `[samples]` for windows of the waveform.
  public let shape: [Int]
  /// The labels of all tracks of the cache, in byte order.
  public let labels: [String]
  /// The view.
  public let view: View
  /// The split and the side; nil for all tracks.
  public let side: (split: String, side: String)?
  /// When values are checked.
  public let verification: Verification

  let cache: Cache
  let snapshot: Snapshot
  let values: Database
  let fingerprint: Fingerprint
  let tracks: TrackColumns
  let slices: SliceColumns
  let table: SampleTable
  private let mark = ForkMark()
  /// Numbers of a sample, and from one to the next.
  private let size: Int
  private let hop: Int
  private let isSignal: Bool

  init(
    cache: Cache, snapshot: Snapshot, values: Database, view: View, fingerprint: Fingerprint,
    tracks: TrackColumns, slices: SliceColumns, table: consuming SampleTable, shape: [Int],
    name: String, identity: String, side: (split: String, side: String)?,
    verification: Verification
  ) {
    self.cache = cache
    self.snapshot = snapshot
    self.values = values
    self.view = view
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
    isSignal = view == .waveform
    hop = isSignal ? slices.hop : size
  }

  /// How many tracks the samples come from.
  public var trackCount: Int { table.memberCount }

  /// Bytes of memory that the source takes whatever is read: 20 to 24 a track, and 4 a sample more where
  /// a split divides slices. The columns of the index are read in the mapped file.
  public var indexByteCount: Int { table.byteCount }

  /// The label of a sample, an index into ``labels``.
  /// - Complexity: O(1).
  public func label(of sample: Int) -> Int {
    tracks.label(table.track(table.member(of: sample)))
  }

  /// The track, numbered through the whole cache in the order of the ids' bytes, and the slice.
  /// - Complexity: O(1).
  public func place(of sample: Int) -> SamplePlace {
    let member = table.member(of: sample)
    return SamplePlace(track: table.track(member), slice: table.slice(sample, of: member))
  }

  /// The id of a track, by the number that ``place(of:)`` gives; empty for a number that is no track's.
  public func trackID(_ track: Int) -> String {
    (0..<tracks.count).contains(track) ? tracks.id(track) : ""
  }

  /// Lends the numbers of the track that a sample is cut from, or only the sample's own where the split
  /// divides the slices of a track among its sides; nothing is copied.
  ///
  /// - Parameters:
  ///   - sample: 0 up to ``count``.
  ///   - body: gets the bytes of what is lent and where in them the sample lies. They end with
  ///     the call. Values above 2 KB begin at a multiple of 16, smaller ones at any address.
  /// - Throws: ``SampleError``: `.damaged`, every time that a damaged value is touched, `.missing`, and
  ///   `.system` in a forked child. It names database and key.
  /// - Complexity: O(1); the first touch of a track reads its values once to check them.
  public func read(
    _ sample: Int, _ body: (RawSpan, SampleWindow) -> Void
  ) throws(SampleError) {
    let member = table.member(of: sample)
    var address = table.address(member)
    if address == 0 || !mark.isCurrent { address = try touch(member) }
    let place = table.slice(sample, of: member) &* hop
    let width = address & Self.floats == 0 ? 2 : 4
    // What lies beside a slice of a divided track may be of another side, so it is not lent.
    let isDivided = table.dividesTracks
    let elements = isDivided ? size : elementCount(member)
    let first = isDivided ? 0 : place
    let offset = UInt(bitPattern: isDivided ? place &* width : 0)
    // A published address is not 0.
    let start = unsafe UnsafeRawPointer(bitPattern: address &>> 1 &+ offset).unsafelyUnwrapped
    let window = SampleWindow(
      type: width == 2 ? .int16 : .float32, elements: first..<(first &+ size),
      trackElements: elements, isSignal: isSignal)
    body(unsafe RawSpan(_unsafeStart: start, byteCount: elements &* width), window)
  }

  /// The bit that tells floats from 16-bit integers; the address is shifted past it. No process has
  /// addresses that need the bit which that loses.
  private static let floats: UInt = 1

  /// How many numbers are stored of a member's track.
  @inline(__always)
  private func elementCount(_ member: Int) -> Int {
    if isSignal { return Int(slices.frames[table.track(member)]) }
    return (table.wholeCount(member) ?? Int(slices.counts[table.track(member)])) &* size
  }

  /// From this size on, values are loaded whole before they are checked; below, the system calls cost more.
  private static let largeValue = 1 << 16

  /// Looks a member's values up, checks them and publishes where they are.
  @inline(never)
  private func touch(_ member: Int) throws(SampleError) -> UInt {
    guard mark.isCurrent else {
      throw SampleError(
        kind: .system, subject: name,
        detail: "it was opened before this process was forked off",
        hint: "open the cache again in the child process")
    }
    let found = unsafe try self.found(member)
    if verification == .firstTouch, found.count >= Self.largeValue { unsafe snapshot.load(found) }
    let data = unsafe try StoredSamples(
      found, track: tracks.id(table.track(member)), fingerprint: fingerprint,
      database: values.name, verification: verification)
    let elements = elementCount(member)
    let expected = isSignal ? [elements] : [elements / max(1, size)] + shape
    guard data.shape == expected else {
      throw data.damage("its shape is \(data.shape), and the others' makes it \(expected)")
    }
    guard data.type == .float32 || isSignal else {
      throw data.damage("its numbers are no 32-bit floats")
    }
    let address =
      unsafe UInt(bitPattern: data.numbers) &<< 1 | (data.type == .float32 ? Self.floats : 0)
    table.publish(address, for: member)
    return address
  }

  /// The stored value of a member's track.
  private func found(_ member: Int) throws(SampleError) -> UnsafeRawBufferPointer {
    let track = table.track(member)
    func failure(_ kind: SampleError.Kind, _ detail: String, _ hint: String) -> SampleError {
      SampleError(
        kind: kind, subject: "'\(tracks.id(track))' in '\(values.name)'", detail: detail,
        hint: hint)
    }
    guard snapshot.isWhole else {
      throw failure(
        .damaged, "the shard of \(cache.path) has been cut short since it was opened",
        "copy it again in full, or prepare it again")
    }
    let value: UnsafeRawBufferPointer?
    do throws(StoreError) {
      unsafe value = try snapshot.address(of: tracks.key(track), in: values)
    } catch {
      throw failure(error.kind == .damaged ? .damaged : .system, error.detail, error.hint)
    }
    guard let value = unsafe value else {
      throw failure(.missing, "there is no such value", StoredSamples.hint)
    }
    return unsafe value
  }

  /// Asks the system to read a sample's pages soon: those of all its track's values while they have not
  /// been checked, since that reads them all, and its own afterwards.
  public func prefetch(_ sample: Int) {
    let member = table.member(of: sample)
    let address = table.address(member)
    guard mark.isCurrent else { return }
    if address == 0 {
      guard let found = unsafe try? found(member) else { return }
      return unsafe snapshot.prefetch(
        verification == .none ? window(of: sample, member, in: found) : found)
    }
    let width = address & Self.floats == 0 ? 2 : 4
    let start = address &>> 1 + UInt(table.slice(sample, of: member) * hop * width)
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
