internal import CKernels
internal import Corpus

/// Rows that are not augmented: one pass from the source to the row.
extension SampleWriter {
  /// Numbers that are converted at a time on the way to float16: they stay in the first cache.
  static var blockLength: Int { 4_096 }

  func writePlain(_ sample: Int, to output: UnsafeMutableRawPointer) throws(SampleError) {
    let (dataType, streams, elements) = (dataType, streamsStores, elements)
    let block = unsafe row.floats
    try unsafe read(sample) { track, window in
      let input = unsafe track + window.elements.lowerBound * window.type.size
      switch (dataType, window.type) {
      case (.float32, .float32):
        if streams {
          unsafe lathe_copy_streaming(input, output, elements * 4)
        } else {
          unsafe output.copyMemory(from: input, byteCount: elements * 4)
        }
      case (.float32, .int16):
        let (numbers, floats) = unsafe (
          input.assumingMemoryBound(to: Int16.self), output.assumingMemoryBound(to: Float.self)
        )
        if streams {
          unsafe lathe_int16_to_float_streaming(numbers, 1 / 32_768, floats, elements)
        } else {
          unsafe lathe_int16_to_float(numbers, 1 / 32_768, floats, elements)
        }
      case (.float32, .float16):
        let floats = unsafe output.assumingMemoryBound(to: Float.self)
        if streams {
          unsafe lathe_float16_to_float_streaming(input, floats, elements)
        } else {
          unsafe lathe_float16_to_float(input, 1, floats, elements)
        }
      case (.float16, .float16):
        unsafe output.copyMemory(from: input, byteCount: elements * 2)
      case (.float16, let type):
        let halves = unsafe output.assumingMemoryBound(to: UInt16.self)
        for start in stride(from: 0, to: elements, by: Self.blockLength) {
          let count = min(Self.blockLength, elements - start)
          unsafe Self.convert(input + start * type.size, type, count, to: block)
          unsafe lathe_float_to_float16(block, halves + start, count)
        }
      }
    }
  }

  func writeNormalised(
    _ sample: Int, to floats: UnsafeMutablePointer<Float>
  ) throws(SampleError) {
    guard let normaliser else { return }
    let elements = elements
    try unsafe read(sample) { track, window in
      let input = unsafe track + window.elements.lowerBound * window.type.size
      unsafe normaliser.apply(input, window.type, elements, to: floats)
    }
  }

  /// `count` numbers as floats, times `factor`; integers are within ±1 before.
  static func convert(
    _ input: UnsafeRawPointer, _ type: SampleType, _ count: Int, factor: Float = 1,
    to floats: UnsafeMutablePointer<Float>
  ) {
    switch type {
    case .int16:
      // The power of two is exact, so one product rounds as two would.
      unsafe lathe_int16_to_float(
        input.assumingMemoryBound(to: Int16.self), factor / 32_768, floats, count)
    case .float16: unsafe lathe_float16_to_float(input, factor, floats, count)
    case .float32 where factor == 1:
      unsafe UnsafeMutableRawPointer(floats).copyMemory(from: input, byteCount: count * 4)
    case .float32: unsafe lathe_float_scaled(input, factor, floats, count)
    }
  }
}
