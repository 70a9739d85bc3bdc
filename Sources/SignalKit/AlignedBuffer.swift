/// Memory that starts at a cache line, zeroed, owned by one value and freed with it.
struct AlignedBuffer<Element: BitwiseCopyable>: ~Copyable {
  let base: UnsafeMutablePointer<Element>
  let count: Int

  init(count: Int) {
    let bytes = Swift.max(count, 1) * MemoryLayout<Element>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    base = memory.assumingMemoryBound(to: Element.self)
    self.count = count
  }

  init(_ elements: [Element]) {
    self.init(count: elements.count)
    for (index, element) in elements.enumerated() { base[index] = element }
  }

  var byteCount: Int { count * MemoryLayout<Element>.stride }

  deinit {
    UnsafeMutableRawPointer(base).deallocate()
  }

  /// Replaces the buffer by a larger one, its contents lost, where it holds fewer than `count`.
  mutating func reserve(_ count: Int) {
    if count > self.count { self = AlignedBuffer(count: count) }
  }
}

extension Array where Element: BitwiseCopyable {
  /// Bytes that it has room for.
  var byteCount: Int { capacity * MemoryLayout<Element>.stride }
}
