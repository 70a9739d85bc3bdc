extension SafetensorsHeader.Entry {
  /// The numbers as floats, whatever their type: 16-bit integers as they are, not scaled.
  ///
  /// - Parameter value: The value whose header this came from.
  public func floats(in value: RawSpan) -> [Float] {
    switch dataType {
    case .float32: unsafe numbers(in: value, as: Float.self) { $0 }
    case .float16: unsafe numbers(in: value, as: Float16.self) { Float($0) }
    case .float64: unsafe numbers(in: value, as: Double.self) { Float($0) }
    case .int16: unsafe numbers(in: value, as: Int16.self) { Float($0) }
    case .int32: unsafe numbers(in: value, as: Int32.self) { Float($0) }
    case .int64: unsafe numbers(in: value, as: Int64.self) { Float($0) }
    case .uint8: unsafe numbers(in: value, as: UInt8.self) { Float($0) }
    }
  }

  /// The numbers of an int16 tensor; nil for another type.
  public func int16s(in value: RawSpan) -> [Int16]? {
    dataType == .int16 ? unsafe numbers(in: value, as: Int16.self) { $0 } : nil
  }

  /// The numbers of an int32 tensor; nil for another type.
  public func int32s(in value: RawSpan) -> [Int32]? {
    dataType == .int32 ? unsafe numbers(in: value, as: Int32.self) { $0 } : nil
  }

  /// The numbers of an int64 tensor; nil for another type.
  public func int64s(in value: RawSpan) -> [Int64]? {
    dataType == .int64 ? unsafe numbers(in: value, as: Int64.self) { $0 } : nil
  }

  /// The tensor with its numbers, of the type that they have.
  ///
  /// - Parameter value: The value whose header this came from.
  public func tensor(in value: RawSpan) -> Tensor {
    switch dataType {
    case .float32: Tensor(name, shape: shape, unsafe numbers(in: value, as: Float.self) { $0 })
    case .float16: Tensor(name, shape: shape, unsafe numbers(in: value, as: Float16.self) { $0 })
    case .float64: Tensor(name, shape: shape, unsafe numbers(in: value, as: Double.self) { $0 })
    case .int16: Tensor(name, shape: shape, unsafe numbers(in: value, as: Int16.self) { $0 })
    case .int32: Tensor(name, shape: shape, unsafe numbers(in: value, as: Int32.self) { $0 })
    case .int64: Tensor(name, shape: shape, unsafe numbers(in: value, as: Int64.self) { $0 })
    case .uint8: Tensor(name, shape: shape, unsafe numbers(in: value, as: UInt8.self) { $0 })
    }
  }

  /// Unsafe for types that not every bit pattern is a value of.
  @unsafe private func numbers<Number: BitwiseCopyable, Output>(
    in value: RawSpan, as type: Number.Type, _ convert: (Number) -> Output
  ) -> [Output] {
    let data = value.extracting(bytes)
    let size = MemoryLayout<Number>.size
    return (0..<data.byteCount / size).map {
      convert(unsafe data.unsafeLoadUnaligned(fromByteOffset: $0 * size, as: type))
    }
  }
}
