import Corpus
import LMDBStore
import Safetensors

/// What a source that checks its tracks block by block has for it.
struct CheckedBlocks: Sendable {
  /// The database of the blocks' checksums.
  let checksums: String
  /// Numbers of a block, but for a track's last one.
  let length: Int
  /// Which were checked.
  let marks: BlockMarks
}

/// The first touch of tracks and blocks.
extension CacheSamples {
  /// From this size on, values are loaded whole before they are checked; below, the system calls
  /// cost more.
  private static let largeValue = 1 << 16

  /// Looks a member's values up, checks what must be checked now and publishes where they are.
  @inline(never)
  func touch(_ member: Int) throws(SampleError) -> UInt {
    guard mark.isCurrent else {
      throw SampleError(
        kind: .system, subject: name,
        detail: "it was opened before this process was forked off",
        hint: "open the cache again in the child process")
    }
    let value = unsafe try found(member)
    let data = unsafe try StoredSamples(
      value, track: tracks.id(table.track(member)), fingerprint: fingerprint,
      database: values)
    let elements = elementCount(member)
    let expected =
      isSignal
      ? [elements]
      : facts.isSignal
        ? [elements / facts.channels, facts.channels] : [elements / max(1, size)] + shape
    guard data.shape == expected else {
      throw data.damage("its shape is \(data.shape), and the others' makes it \(expected)")
    }
    guard data.type != .int16 || facts.isSignal else {
      throw data.damage("its numbers are no floats")
    }
    var address = unsafe UInt(bitPattern: data.numbers) &<< Self.flagBits | Self.flag(data.type)
    if try checksums(member)?.isOf(data.header) == true {
      address |= Self.inPart
    } else if verification == .firstTouch {
      if value.count >= Self.largeValue { unsafe state.home.snapshot.load(value) }
      try data.checkWhole()
    }
    return table.publish(address, for: member)
  }

  /// Checks those of a member's blocks that hold some numbers of its track.
  func check(_ numbers: Range<Int>, of member: Int, at address: UInt) throws(SampleError) {
    guard let blocks, !numbers.isEmpty else { return }
    let division = BlockDivision(elements: elementCount(member), length: blocks.length)
    let needed = division.blocks(of: numbers)
    for block in needed where !blocks.marks.isSet(block, of: member) {
      return try check(block..<needed.upperBound, division, blocks.marks, member, address)
    }
  }

  /// Checks those of some blocks that have not been checked.
  @inline(never)
  private func check(
    _ run: Range<Int>, _ division: BlockDivision, _ marks: BlockMarks, _ member: Int,
    _ address: UInt
  ) throws(SampleError) {
    let width = Self.type(address).size
    let whole = unsafe UnsafeRawBufferPointer(
      start: UnsafeRawPointer(bitPattern: address &>> Self.flagBits),
      count: division.elements * width)
    func bytes(_ numbers: Range<Int>) -> UnsafeRawBufferPointer {
      unsafe UnsafeRawBufferPointer(
        rebasing: whole[numbers.lowerBound * width..<numbers.upperBound * width])
    }
    let known = try checksums(member)
    unsafe state.home.snapshot.load(
      bytes(
        division.elements(of: run.lowerBound)
          .lowerBound..<division.elements(
            of: run.upperBound - 1
          ).upperBound))
    for block in run where !marks.isSet(block, of: member) {
      guard unsafe known?.matches(block, bytes(division.elements(of: block))) == true else {
        // It may be the checksums that are damaged.
        try checkWhole(member)
        table.republish(address & ~Self.inPart, for: member)
        return
      }
      marks.set(block, of: member)
    }
    if marks.areAllSet(of: member) { table.republish(address & ~Self.inPart, for: member) }
  }

  private func checkWhole(_ member: Int) throws(SampleError) {
    let data = unsafe try StoredSamples(
      found(member), track: tracks.id(table.track(member)), fingerprint: fingerprint,
      database: values)
    try data.checkWhole()
  }

  /// The checksums of a member's blocks; nil where there are none of such blocks.
  private func checksums(_ member: Int) throws(SampleError) -> BlockChecksums? {
    guard let blocks, let record = unsafe try look(for: member, in: blocks.checksums) else {
      return nil
    }
    return unsafe BlockChecksums(
      record, division: BlockDivision(elements: elementCount(member), length: blocks.length))
  }

  /// The stored value of a member's track.
  func found(_ member: Int) throws(SampleError) -> UnsafeRawBufferPointer {
    guard let value = unsafe try look(for: member, in: values) else {
      throw failure(member, .missing, "there is no such value", StoredSamples.hint)
    }
    return unsafe value
  }

  /// What a database has for a member's track, while the shard is whole.
  private func look(
    for member: Int, in database: String
  ) throws(SampleError) -> UnsafeRawBufferPointer? {
    let key = unsafe tracks.key(table.track(member))
    let store = unsafe state.holder(ofTrack: key)
    guard store.snapshot.isWhole else {
      throw failure(
        member, .damaged, "the shard of \(cache.path) has been cut short since it was opened",
        "copy it again in full, or prepare it again")
    }
    do throws(StoreError) {
      return unsafe try store.rawValue(of: key, in: database)
    } catch {
      throw failure(
        member, error.kind == .damaged ? .damaged : .system, error.detail, error.hint)
    }
  }

  private func failure(
    _ member: Int, _ kind: SampleError.Kind, _ detail: String, _ hint: String
  ) -> SampleError {
    SampleError(
      kind: kind, subject: "'\(tracks.id(table.track(member)))' in '\(values)'",
      detail: detail, hint: hint)
  }
}
