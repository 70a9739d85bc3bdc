/// Memory of one writer that keeps its address, so that kernels and readers may both hold it.
///
/// Sendable because nobody but its owner, which cannot be copied, knows the address.
@safe struct SampleWriterScratch: ~Copyable, @unchecked Sendable {
  let floats: UnsafeMutablePointer<Float>
  let count: Int

  /// Room for `count` floats, which are 0, from a whole cache line on.
  init(count: Int) {
    self.count = count
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    unsafe floats = memory.bindMemory(to: Float.self, capacity: max(count, 1))
    unsafe floats.initialize(repeating: 0, count: max(count, 1))
  }

  deinit { unsafe UnsafeMutableRawPointer(floats).deallocate() }
}
