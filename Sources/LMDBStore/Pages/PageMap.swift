import Glibc

/// The file's pages in memory, for reading. LMDB keeps where it has mapped them to itself.
@safe final class PageMap: @unchecked Sendable {
  // Unchecked: set once, and read only.
  private let start: UnsafeRawPointer
  private let length: Int
  /// Whether it is this object's own to give back.
  let isOwn: Bool
  private let residency: Residency?
  let pageSize: Int

  /// The bytes that are mapped.
  var byteCount: Int { length }

  /// Maps the file from its beginning; where there is no address space left for that, what LMDB has
  /// mapped of it is used, which must not move meanwhile.
  ///
  /// - Parameters:
  ///   - bytes: how many are needed. More are taken where there is room, so that a file that grows
  ///     need not be mapped again each time.
  ///   - withoutReadAhead: see ``Environment/Options/withoutReadAhead``.
  ///   - residency: what gives back the pages that were touched.
  /// - Throws: the system's error number.
  init(
    _ descriptor: Int32, bytes: Int, pageSize: Int, withoutReadAhead: Bool,
    residency: Residency?
  ) throws(SystemCode) {
    self.pageSize = pageSize
    self.residency = residency
    let advice = withoutReadAhead ? MADV_RANDOM : MADV_NORMAL
    for wanted in [max(bytes * 2, Self.least), bytes] {
      guard Environment.hasRoom(forBytes: wanted + Environment.spaceForOthers) else {
        errno = ENOMEM
        continue
      }
      guard let start = unsafe mmap(nil, wanted, PROT_READ, MAP_SHARED, descriptor, 0),
        unsafe start != MAP_FAILED
      else { continue }
      unsafe madvise(start, wanted, advice)
      unsafe self.start = UnsafeRawPointer(start)
      length = wanted
      isOwn = true
      residency?.forget()
      return
    }
    let code = errno
    guard
      let range = MappedFile.ranges(of: descriptor).first(where: { $0.count >= bytes }),
      let start = unsafe UnsafeRawPointer(bitPattern: range.lowerBound)
    else { throw SystemCode(code) }
    unsafe self.start = unsafe start
    length = range.count
    isOwn = false
  }

  private static let least = 1 << 24

  deinit {
    guard isOwn else { return }
    let (start, length) = unsafe (UnsafeMutableRawPointer(mutating: start), length)
    guard let residency else {
      unsafe munmap(start, length)
      return
    }
    residency.forget { unsafe _ = munmap(start, length) }
  }

  /// Where a page lies.
  /// - Parameter number: of a page that is mapped.
  func page(_ number: UInt64) -> UnsafeRawPointer { unsafe start + Int(number) * pageSize }
}

/// Where this process has mapped a file.
enum MappedFile {
  /// The ranges of addresses, each from the file's beginning on.
  static func ranges(of descriptor: Int32) -> [Range<UInt>] {
    var found: [Range<UInt>] = []
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return [] }
    guard let file = unsafe fopen("/proc/self/maps", "re") else { return [] }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 4_096)
    while unsafe fgets(&line, Int32(line.count), file) != nil {
      // 7f1c2a000000-7f1d2a000000 r--s 00000000 08:01 123456 /cache/shard-00000.lmdb
      let fields = line.prefix { $0 != 0 && $0 != 10 }.split(separator: 32).prefix(5)
      guard fields.count == 5, number(fields[4], 10) == UInt(status.st_ino),
        isDevice(fields[3], status.st_dev), number(fields[2], 16) == 0
      else { continue }
      let ends = fields[0].split(separator: 45).map { number($0, 16) }
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
