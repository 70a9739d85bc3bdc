import Synchronization

/// Which blocks of which member of a source have been checked: a bit a block, and 4 bytes a member.
///
/// Threads that come to a block at the same time check it both and set the same bit, which does no
/// harm.
@safe final class BlockMarks: @unchecked Sendable {
  // Unchecked: everything but the bits is written by the initialiser only, and they are atomic.

  private struct Word: ~Copyable {
    let bits = Atomic<UInt64>(0)
  }

  private let firsts: UnsafeMutablePointer<UInt32>
  private let words: UnsafeMutablePointer<Word>
  private let memberCount: Int
  private let wordCount: Int

  /// Marks of nothing yet; nil where there are more blocks than can be numbered.
  init?(members: Int, blocksOf: (Int) -> Int) {
    let firsts = UnsafeMutablePointer<UInt32>.allocate(capacity: members + 1)
    var next = 0
    for member in 0..<members {
      unsafe firsts[member] = UInt32(truncatingIfNeeded: next)
      next += blocksOf(member)
      if next > UInt32.max {
        unsafe firsts.deallocate()
        return nil
      }
    }
    unsafe firsts[members] = UInt32(next)
    unsafe self.firsts = firsts
    memberCount = members
    wordCount = (next + 63) / 64
    unsafe words = .allocate(capacity: max(1, wordCount))
    for word in 0..<wordCount { unsafe (words + word).initialize(to: Word()) }
  }

  deinit {
    unsafe words.deinitialize(count: wordCount)
    unsafe words.deallocate()
    unsafe firsts.deallocate()
  }

  /// Bytes of memory that they take.
  var byteCount: Int { (memberCount + 1) * 4 + wordCount * 8 }

  /// Whether a block of a member was checked.
  @inline(__always)
  func isSet(_ block: Int, of member: Int) -> Bool {
    let number = unsafe Int(firsts[member]) &+ block
    return unsafe words[number &>> 6].bits.load(ordering: .relaxed) &>> UInt64(number & 63) & 1 == 1
  }

  /// Notes that a block of a member was checked. What was checked never changes, so nothing else
  /// needs to be seen together with it.
  func set(_ block: Int, of member: Int) {
    let number = unsafe Int(firsts[member]) &+ block
    unsafe words[number &>> 6].bits.bitwiseOr(1 << UInt64(number & 63), ordering: .relaxed)
  }

  /// Whether all blocks of a member were checked.
  func areAllSet(of member: Int) -> Bool {
    unsafe (0..<Int(firsts[member + 1] - firsts[member])).allSatisfy { isSet($0, of: member) }
  }
}
