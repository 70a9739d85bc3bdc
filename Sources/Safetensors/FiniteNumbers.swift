extension SafetensorsHeader.Entry {
  /// Where the first number lies that is infinite or none, as an index for each axis; nil where all
  /// are finite, as all integers are.
  ///
  /// - Parameter value: The value whose header this came from.
  /// - Complexity: O(n), about 20 GB a second.
  public func firstNotFinite(in value: RawSpan) -> [Int]? {
    let found = unsafe value.extracting(bytes).withUnsafeBytes { numbers in
      unsafe NonFiniteNumbers.firstNotFinite(in: numbers, dataType)
    }
    return found.map { NonFiniteNumbers.indices(of: $0, in: shape) }
  }
}

extension Tensor {
  /// Where the first number lies that is infinite or none, as an index for each axis; nil where all
  /// are finite, as all integers are.
  ///
  /// - Complexity: O(n), about 20 GB a second.
  public var firstNotFinite: [Int]? {
    let found = unsafe withBytes { numbers in
      unsafe NonFiniteNumbers.firstNotFinite(in: numbers, dataType)
    }
    return found.map { NonFiniteNumbers.indices(of: $0, in: shape) }
  }
}

private enum NonFiniteNumbers {
  /// The first number that is infinite or none.
  static func firstNotFinite(
    in numbers: UnsafeRawBufferPointer, _ dataType: Tensor.DataType
  ) -> Int? {
    switch dataType {
    case .float32: unsafe first(in: numbers, exponent: Float.infinity.bitPattern)
    case .float16: unsafe first(in: numbers, exponent: Float16.infinity.bitPattern)
    case .float64: unsafe first(in: numbers, exponent: Double.infinity.bitPattern)
    case .int16, .int32, .int64, .uint8: nil
    }
  }

  /// The index on each axis of a number by its position, last index fastest.
  static func indices(of position: Int, in shape: [Int]) -> [Int] {
    var rest = position
    var indices: [Int] = []
    for length in shape.reversed() {
      indices.insert(rest % length, at: 0)
      rest /= length
    }
    return indices
  }

  /// The first number whose exponent has all its bits set.
  private static func first<Bits: FixedWidthInteger & SIMDScalar>(
    in numbers: UnsafeRawBufferPointer, exponent: Bits
  ) -> Int? where Bits.SIMDMaskScalar: SIMDScalar {
    let (width, lanes, block) = (MemoryLayout<Bits>.size, 16, 1_024)
    let count = numbers.count / width
    var index = 0
    let all = SIMD16<Bits>(repeating: exponent)
    // Added to an exponent of ones alone, its lowest bit carries into the sign, which is zero else.
    let lowest = SIMD16<Bits>(repeating: exponent & (0 &- exponent))
    while index + block <= count {
      var carries = SIMD16<Bits>()
      for start in stride(from: index, to: index &+ block, by: lanes) {
        let bits = unsafe numbers.loadUnaligned(
          fromByteOffset: start &* width, as: SIMD16<Bits>.self)
        carries |= (bits & all) &+ lowest
      }
      let sign = all &+ lowest
      if carries & sign != SIMD16<Bits>() { break }
      index += block
    }
    while index < count {
      let bits = unsafe numbers.loadUnaligned(fromByteOffset: index * width, as: Bits.self)
      if bits & exponent == exponent { return index }
      index += 1
    }
    return nil
  }
}
