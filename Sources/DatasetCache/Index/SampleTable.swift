import Corpus
import Synchronization

/// Which track and which of its slices each sample is, and where the track's values were found.
///
///     members   16 bytes each: number of its first sample (UInt32), track (UInt32), address (UInt64);
///               one more at the end, whose first sample is the count
///     buckets   4 bytes each: the member of every 2^k-th sample, with 2^k about the samples a member
///     slices    4 bytes a sample, where the slices of a track are on different sides; otherwise none
@safe struct SampleTable: ~Copyable, @unchecked Sendable {
  // Unchecked: everything but the addresses is written by the initialiser only, and they are
  // atomic.

  struct Member: ~Copyable {
    let start: UInt32
    let track: UInt32
    let address = Atomic<UInt>(0)
  }

  /// How many samples there are.
  let count: Int
  /// How many tracks there are that have one.
  let memberCount: Int
  private let members: UnsafeMutablePointer<Member>
  private let buckets: UnsafeMutablePointer<UInt32>
  private let slices: UnsafeMutablePointer<UInt32>?
  private let shift: Int
  private let bucketCount: Int

  /// The largest number of samples and of tracks.
  static let limit = Int(UInt32.max) - 1

  /// Makes the table.
  ///
  /// - Parameters:
  ///   - tracks: how many tracks the cache has.
  ///   - slicesOf: which samples a track gives.
  /// - Returns: nil where there are more samples than ``limit``.
  init?(tracks: Int, slicesOf: (Int) -> TrackSlices) {
    var total = 0
    var memberCount = 0
    var isPartial = false
    for track in 0..<tracks {
      let count: Int
      switch slicesOf(track) {
      case .first(let slices): count = slices
      case .some(let slices):
        count = slices.count
        isPartial = true
      }
      if count > 0 { memberCount += 1 }
      total += count
    }
    guard total <= Self.limit, tracks <= Self.limit else { return nil }
    let members = UnsafeMutablePointer<Member>.allocate(capacity: memberCount + 1)
    let slices =
      isPartial ? UnsafeMutablePointer<UInt32>.allocate(capacity: max(1, total)) : nil
    // Samples a bucket: the largest power of two that is no more than the samples a member.
    let mean = max(1, total / max(1, memberCount))
    let shift = Int.bitWidth - 1 - mean.leadingZeroBitCount
    let bucketCount = (max(total, 1) - 1) >> shift + 2
    let buckets = UnsafeMutablePointer<UInt32>.allocate(capacity: bucketCount)
    var (start, member, bucket) = (0, 0, 0)
    for track in 0..<tracks {
      let count: Int
      switch slicesOf(track) {
      case .first(let whole): count = whole
      case .some(let numbers):
        count = numbers.count
        for (index, number) in zip(start..., numbers) { unsafe slices?[index] = number }
      }
      if count == 0 { continue }
      unsafe (members + member).initialize(
        to: Member(start: UInt32(start), track: UInt32(track)))
      start += count
      while bucket << shift < start {
        unsafe buckets[bucket] = UInt32(member)
        bucket += 1
      }
      member += 1
    }
    unsafe (members + member).initialize(to: Member(start: UInt32(start), track: 0))
    while bucket < bucketCount {
      unsafe buckets[bucket] = UInt32(max(0, member - 1))
      bucket += 1
    }
    self.count = total
    self.memberCount = memberCount
    unsafe self.members = members
    unsafe self.buckets = buckets
    unsafe self.slices = slices
    self.shift = shift
    self.bucketCount = bucketCount
  }

  deinit {
    unsafe members.deinitialize(count: memberCount + 1)
    unsafe members.deallocate()
    unsafe buckets.deallocate()
    unsafe slices?.deallocate()
  }

  /// Bytes of memory that it takes.
  var byteCount: Int {
    unsafe (memberCount + 1) * MemoryLayout<Member>.stride + bucketCount * 4
      + (slices == nil ? 0 : count * 4)
  }

  /// The member that a sample belongs to: the last one that does not begin after it.
  /// - Complexity: O(1) where tracks have about equally many samples; O(log n) at worst.
  @inline(__always)
  func member(of sample: Int) -> Int {
    precondition(UInt(bitPattern: sample) < UInt(bitPattern: count), "there is no such sample")
    let bucket = sample &>> shift
    var low = unsafe Int(buckets[bucket])
    var high = unsafe Int(buckets[bucket &+ 1])
    while high &- low > 4 {
      let middle = (low &+ high &+ 1) &>> 1
      if start(middle) <= sample { low = middle } else { high = middle &- 1 }
    }
    while low < high, start(low &+ 1) <= sample { low &+= 1 }
    return low
  }

  @inline(__always)
  func start(_ member: Int) -> Int { unsafe Int(members[member].start) }

  @inline(__always)
  func track(_ member: Int) -> Int { unsafe Int(members[member].track) }

  /// Which of its track's slices a sample is.
  @inline(__always)
  func slice(_ sample: Int, of member: Int) -> Int {
    if let slices = unsafe slices { return unsafe Int(slices[sample]) }
    return sample &- start(member)
  }

  /// Whether a track may have slices that are not among the samples.
  @inline(__always)
  var dividesTracks: Bool { unsafe slices != nil }

  /// How many slices of its track a member gives, which is all of them unless a split divides
  /// slices; nil then. Read beside what was read already, unlike a column of the index.
  @inline(__always)
  func wholeCount(_ member: Int) -> Int? {
    unsafe slices == nil ? start(member &+ 1) &- start(member) : nil
  }

  /// What was published for a member; 0 before.
  @inline(__always)
  func address(_ member: Int) -> UInt {
    unsafe members[member].address.load(ordering: .acquiring)
  }

  /// Publishes where a member's values are, unless another thread has just done so; gives what is
  /// published.
  @discardableResult
  func publish(_ address: UInt, for member: Int) -> UInt {
    let (isFirst, earlier) = unsafe members[member].address.compareExchange(
      expected: 0, desired: address, ordering: .acquiringAndReleasing)
    return isFirst ? address : earlier
  }

  /// Publishes what is now known of a member's values, which were found before.
  func republish(_ address: UInt, for member: Int) {
    unsafe members[member].address.store(address, ordering: .releasing)
  }
}

/// Which of its slices a track gives as samples.
enum TrackSlices {
  /// The first ones, this many.
  case first(Int)
  /// Some, by their numbers.
  case some(ArraySlice<UInt32>)
}
