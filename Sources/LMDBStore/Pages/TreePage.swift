import Wording
import Glibc

/// A branch or a leaf of a tree, everything of which is checked before it is used: its header when
/// it is made, an entry's bounds when that is asked for.
@safe struct TreePage {
  let number: UInt64
  let isLeaf: Bool
  /// How many entries it has, at least one.
  let count: Int
  /// Where the entries begin.
  let upper: Int
  private let start: UnsafeRawPointer
  private let size: Int

  /// - Parameters:
  ///   - start: as many bytes as a page has.
  ///   - wantsLeaf: what it must be at its depth.
  init(
    _ start: UnsafeRawPointer, size: Int, number: UInt64, wantsLeaf: Bool
  ) throws(PageFlaw) {
    let own = unsafe start.loadUnaligned(as: UInt64.self)
    let flags = unsafe start.loadUnaligned(fromByteOffset: 10, as: UInt16.self)
    let lower = Int(unsafe start.loadUnaligned(fromByteOffset: 12, as: UInt16.self))
    let upper = Int(unsafe start.loadUnaligned(fromByteOffset: 14, as: UInt16.self))
    guard own == number else { throw PageFlaw(number, "it says that it is page \(own)") }
    guard flags == (wantsLeaf ? PageFormat.leaf : PageFormat.branch) else {
      throw PageFlaw(number, "it is no \(wantsLeaf ? "leaf" : "branch"): its kind is \(flags)")
    }
    guard lower > PageFormat.header, lower & 1 == 0, lower <= upper, upper & 1 == 0, upper <= size
    else {
      throw PageFlaw(number, "its free space is said to be from \(lower) to \(upper)")
    }
    self.number = number
    isLeaf = wantsLeaf
    count = (lower - PageFormat.header) / 2
    self.upper = upper
    unsafe self.start = start
    self.size = size
  }

  /// Where one entry lies within the page.
  @safe struct Entry {
    /// Where it begins, in bytes from the page's beginning.
    let offset: Int
    /// Its bytes, the padding to an even number included.
    let length: Int
    let key: UnsafeRawBufferPointer
    let flags: UInt16
    /// A branch's page; of a leaf the bytes of the value.
    let number: UInt64
    /// Of a leaf: the value, or the number of its first page.
    let data: UnsafeRawPointer

    var isLarge: Bool { flags & PageFormat.isLarge != 0 }
    var isTree: Bool { flags & PageFormat.isTree != 0 }

    /// The first of the pages of a large value.
    var firstPage: UInt64 { unsafe data.loadUnaligned(as: UInt64.self) }
  }

  /// - Parameter index: less than ``count``.
  func entry(_ index: Int) throws(PageFlaw) -> Entry {
    let position = PageFormat.header + 2 * index
    let offset = Int(unsafe start.loadUnaligned(fromByteOffset: position, as: UInt16.self))
    guard offset >= upper, offset & 1 == 0, offset + PageFormat.entryHeader <= size else {
      throw PageFlaw(number, "entry \(index) is said to lie at \(offset)")
    }
    let node = unsafe start + offset
    let low = UInt64(unsafe node.loadUnaligned(as: UInt32.self))
    let flags = unsafe node.loadUnaligned(fromByteOffset: 4, as: UInt16.self)
    let keyLength = Int(unsafe node.loadUnaligned(fromByteOffset: 6, as: UInt16.self))
    guard keyLength <= PageFormat.longestKey, keyLength > 0 || !isLeaf && index == 0 else {
      throw PageFlaw(
        number, "the key of entry \(index) is said to have \(Words.counted(keyLength, "byte"))")
    }
    var end = offset + PageFormat.entryHeader + keyLength
    if isLeaf {
      guard flags == 0 || flags == PageFormat.isLarge || flags == PageFormat.isTree else {
        throw PageFlaw(number, "entry \(index) is of the unknown kind \(flags)")
      }
      end += flags & PageFormat.isLarge == 0 ? Int(low) : 8
    }
    guard end <= size else {
      throw PageFlaw(number, "entry \(index) is said to end at \(end)")
    }
    return unsafe Entry(
      offset: offset, length: (end - offset + 1) & ~1,
      key: UnsafeRawBufferPointer(start: node + PageFormat.entryHeader, count: keyLength),
      flags: isLeaf ? flags : 0, number: isLeaf ? low : low | UInt64(flags) << 32,
      data: node + PageFormat.entryHeader + keyLength)
  }
}

/// The order of keys: that of their bytes, a shorter one first.
enum KeyOrder {
  static func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    let common = min(a.count, b.count)
    if common > 0, let first = a.baseAddress, let second = b.baseAddress {
      let order = unsafe memcmp(first, second, common)
      if order != 0 { return Int(order) }
    }
    return a.count - b.count
  }
}
