import Synchronization

/// Memory for the bytes of files, used again and again: fresh pages cost more than what is copied
/// to them.
enum HeldBuffers {
  /// Buffers that are kept, and the size up to which they are: two for each of many threads.
  private static let maximumCount = 64
  private static let maximumBytes = 8 << 20

  /// A buffer that is free, by address and size.
  private struct Free: Sendable {
    let address: UInt
    let byteCount: Int
  }

  private static let free = Mutex<[Free]>([])

  /// Memory of at least so many bytes; give it back with ``giveBack(_:)``.
  @unsafe static func take(byteCount: Int) -> UnsafeMutableRawBufferPointer {
    let found = free.withLock { free -> Free? in
      guard let index = free.lastIndex(where: { $0.byteCount >= byteCount }) else { return nil }
      return free.remove(at: index)
    }
    if let found {
      return unsafe UnsafeMutableRawBufferPointer(
        start: UnsafeMutableRawPointer(bitPattern: found.address), count: found.byteCount)
    }
    return UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
  }

  /// Takes memory back that was taken.
  @unsafe static func giveBack(_ buffer: UnsafeMutableRawBufferPointer) {
    let entry = Free(address: UInt(bitPattern: buffer.baseAddress), byteCount: buffer.count)
    let isKept = free.withLock { free -> Bool in
      guard entry.byteCount <= maximumBytes, free.count < maximumCount else { return false }
      free.append(entry)
      return true
    }
    if !isKept { unsafe buffer.deallocate() }
  }
}
