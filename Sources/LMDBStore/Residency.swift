import Glibc
import Synchronization

/// Keeps the part of the mapped file that counts as this process's memory small.
///
/// Linux maps the whole block of the page cache in which a touched page lies, up to megabytes, so a
/// walk over small records that are scattered through a large file would show gigabytes of resident
/// memory. They are the cache's pages and not lost, but they hide what the process really uses, and
/// a limit on its memory may end it. So after some look-ups the mapping of all pages is given back;
/// the next touch maps its page again, without reading it.
final class Residency: Sendable {
  /// Look-ups and steps between two returns: some tens of megabytes in the worst case.
  private static let limit = 128

  private let descriptor: Int32
  private let used = Atomic<Int>(0)
  /// Where the file is mapped, looked up once for each address that the map has.
  private let ranges = Mutex<[Range<UInt>]?>(nil)

  init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// Counts what has touched pages: 1 for a step of a cursor, more for a look-up.
  func note(_ weight: Int) {
    let total = used.add(weight, ordering: .relaxed).newValue
    guard total >= Self.limit else { return }
    used.store(0, ordering: .relaxed)
    giveBack()
  }

  /// Forgets where the file is mapped. Called before LMDB's map moves, while nobody is within a
  /// transaction, and where another map comes or, by `body`, goes: giving back what then lies at
  /// the old address would wipe somebody's memory.
  func forget(_ body: () -> Void = {}) {
    ranges.withLock {
      $0 = nil
      body()
    }
  }

  /// Gives back the mapping of all pages.
  func giveBack() {
    ranges.withLock { known in
      let ranges = known ?? MappedFile.ranges(of: descriptor)
      known = ranges
      for range in ranges {
        // The file is mapped shared and for reading: those who read it now get the same bytes.
        unsafe _ = madvise(
          UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
      }
    }
  }
}
