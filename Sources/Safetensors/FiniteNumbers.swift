extension SafetensorsHeader.Entry {
  /// Where the first number lies that is infinite or none, as an index for each axis; nil where all are
  /// finite, as all integers are.
  ///
  /// - Parameter value: The value whose header this came from.
  /// - Complexity: O(n), about 20 GB a second.
  public func firstNotFinite(in value: RawSpan) -> [Int]? {
    let found: Int? = unsafe value.extracting(bytes).withUnsafeBytes { numbers in
      switch dataType {
      case .float32: unsafe Self.first(in: numbers, exponent: Float.infinity.bitPattern)
      case .float64: unsafe Self.first(in: numbers, exponent: Double.infinity.bitPattern)
      case .int16, .int32, .int64, .uint8: nil
      }
    }
    guard var rest = found else { return nil }
    var place: [Int] = []
    for length in shape.reversed() {
      place.insert(rest % length, at: 0)
      rest /= length
    }
    return place
  }

  /// The first number whose exponent has all its bits set.
  private static func first<Bits: FixedWidthInteger & SIMDScalar>(
    in numbers: UnsafeRawBufferPointer, exponent: Bits
  ) -> Int? where Bits.SIMDMaskScalar: SIMDScalar {
    let (width, lanes) = (MemoryLayout<Bits>.size, 8)
    let count = numbers.count / width
    var index = 0
    let all = SIMD8<Bits>(repeating: exponent)
    while index + lanes <= count {
      let bits = unsafe numbers.loadUnaligned(fromByteOffset: index * width, as: SIMD8<Bits>.self)
      if any((bits & all) .== all) { break }
      index += lanes
    }
    while index < count {
      let bits = unsafe numbers.loadUnaligned(fromByteOffset: index * width, as: Bits.self)
      if bits & exponent == exponent { return index }
      index += 1
    }
    return nil
  }
}
