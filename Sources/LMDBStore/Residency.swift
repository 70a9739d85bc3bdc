import Glibc
import Synchronization

/// Keeps the part of the mapped file that counts as this process's memory small.
///
/// Linux maps the whole block of the page cache in which a touched page lies, up to megabytes, so a walk
/// over small records that are scattered through a large file would show gigabytes of resident memory.
/// They are the cache's pages and not lost, but they hide what the process really uses, and a limit on
/// its memory may end it. So after some look-ups the mapping of all pages is given back; the next
/// touch maps its page again, without reading it.
final class Residency: Sendable {
  /// Look-ups and steps between two returns: some tens of megabytes in the worst case.
  private static let limit = 128

  private let descriptor: Int32
  private let used = Atomic<Int>(0)
  /// Where the file is mapped, looked up once for each place that the map has.
  private let places = Mutex<[Range<UInt>]?>(nil)

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

  /// Forgets where the file is mapped. Called before the map moves, while nobody is within a transaction:
  /// giving back what then lies at the old place would wipe somebody's memory.
  func forget() { places.withLock { $0 = nil } }

  private func giveBack() {
    places.withLock { known in
      let places = known ?? lookUp()
      known = places
      for place in places {
        // The file is mapped shared and for reading: whoever is reading it now gets the same bytes.
        unsafe _ = madvise(
          UnsafeMutableRawPointer(bitPattern: place.lowerBound), place.count, MADV_DONTNEED)
      }
    }
  }

  private func lookUp() -> [Range<UInt>] {
    var found: [Range<UInt>] = []
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return [] }
    guard let file = unsafe fopen("/proc/self/maps", "re") else { return [] }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 4_096)
    while unsafe fgets(&line, Int32(line.count), file) != nil {
      // 7f1c2a000000-7f1d2a000000 r--s 00000000 08:01 123456 /cache/shard-00000.lmdb
      let fields = line.prefix { $0 != 0 && $0 != 10 }.split(separator: 32).prefix(5)
      guard fields.count == 5, Self.number(fields[4], 10) == UInt(status.st_ino),
        Self.isDevice(fields[3], status.st_dev)
      else { continue }
      let ends = fields[0].split(separator: 45).map { Self.number($0, 16) }
      guard ends.count == 2, let start = ends[0], let end = ends[1], start < end else { continue }
      found.append(start..<end)
    }
    return found
  }

  private static func number(_ digits: ArraySlice<CChar>, _ radix: Int) -> UInt? {
    UInt(String(decoding: digits.map { UInt8(bitPattern: $0) }, as: UTF8.self), radix: radix)
  }

  private static func isDevice(_ field: ArraySlice<CChar>, _ device: dev_t) -> Bool {
    let parts = field.split(separator: 58).map { number($0, 16) }
    let device = UInt(device)
    let major = ((device >> 8) & 0xfff) | ((device >> 32) & ~0xfff)
    let minor = (device & 0xff) | ((device >> 12) & ~0xff & 0xffff_ffff)
    return parts == [major, minor]
  }
}
