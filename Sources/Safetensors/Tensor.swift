#if !_endian(little)
  #error("tensors are little-endian and are copied as they lie in memory")
#endif

/// An array of numbers with a name and a shape, rows last-index-fastest, as safetensors keeps it.
public struct Tensor: Sendable, Hashable {
  /// The types of numbers, under their safetensors names.
  public enum DataType: String, Sendable, Hashable, Codable, CaseIterable {
    /// 32-bit floating point.
    case float32 = "F32"
    /// 16-bit floating point (IEEE 754 binary16).
    case float16 = "F16"
    /// 64-bit floating point.
    case float64 = "F64"
    /// 16-bit integers.
    case int16 = "I16"
    /// 32-bit integers.
    case int32 = "I32"
    /// 64-bit integers.
    case int64 = "I64"
    /// Bytes.
    case uint8 = "U8"

    /// Bytes of one number.
    public var byteCount: Int {
      switch self {
      case .uint8: 1
      case .int16, .float16: 2
      case .float32, .int32: 4
      case .float64, .int64: 8
      }
    }
  }

  enum Storage: Sendable, Hashable {
    case float32([Float])
    case float16([Float16])
    case float64([Double])
    case int16([Int16])
    case int32([Int32])
    case int64([Int64])
    case uint8([UInt8])
  }

  /// The name, unique within a value.
  public let name: String
  /// The length of each axis, outermost first; empty for a single number.
  public let shape: [Int]
  let storage: Storage

  /// A tensor of 32-bit floats; the shape is checked when it is written.
  public init(_ name: String, shape: [Int], _ values: [Float]) {
    self.init(name: name, shape: shape, storage: .float32(values))
  }
  /// A tensor of 16-bit floats.
  public init(_ name: String, shape: [Int], _ values: [Float16]) {
    self.init(name: name, shape: shape, storage: .float16(values))
  }
  /// A tensor of 64-bit floats.
  public init(_ name: String, shape: [Int], _ values: [Double]) {
    self.init(name: name, shape: shape, storage: .float64(values))
  }
  /// A tensor of 16-bit integers.
  public init(_ name: String, shape: [Int], _ values: [Int16]) {
    self.init(name: name, shape: shape, storage: .int16(values))
  }
  /// A tensor of 32-bit integers.
  public init(_ name: String, shape: [Int], _ values: [Int32]) {
    self.init(name: name, shape: shape, storage: .int32(values))
  }
  /// A tensor of 64-bit integers.
  public init(_ name: String, shape: [Int], _ values: [Int64]) {
    self.init(name: name, shape: shape, storage: .int64(values))
  }
  /// A tensor of bytes.
  public init(_ name: String, shape: [Int], _ values: [UInt8]) {
    self.init(name: name, shape: shape, storage: .uint8(values))
  }

  /// A tensor of rows of 32-bit floats, all of the first one's length.
  public init(_ name: String, rows: [[Float]]) {
    self.init(name, shape: [rows.count, rows.first?.count ?? 0], rows.flatMap { $0 })
  }

  init(name: String, shape: [Int], storage: Storage) {
    self.name = name
    self.shape = shape
    self.storage = storage
  }

  /// The type of its numbers.
  public var dataType: DataType {
    switch storage {
    case .float32: .float32
    case .float16: .float16
    case .float64: .float64
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .uint8: .uint8
    }
  }

  /// How many numbers it holds, whatever its shape says.
  public var count: Int {
    switch storage {
    case .float32(let values): values.count
    case .float16(let values): values.count
    case .float64(let values): values.count
    case .int16(let values): values.count
    case .int32(let values): values.count
    case .int64(let values): values.count
    case .uint8(let values): values.count
    }
  }

  /// Bytes of all numbers.
  public var byteCount: Int { count * dataType.byteCount }

  /// Its numbers where they are 32-bit floats; nil for another type.
  public var floats: [Float]? {
    if case .float32(let values) = storage { values } else { nil }
  }

  /// Its numbers where they are 16-bit floats; nil for another type.
  public var halves: [Float16]? {
    if case .float16(let values) = storage { values } else { nil }
  }

  /// Its numbers where they are 16-bit integers; nil for another type.
  public var int16s: [Int16]? {
    if case .int16(let values) = storage { values } else { nil }
  }

  /// Its numbers where they are 64-bit floats; nil for another type.
  public var doubles: [Double]? {
    if case .float64(let values) = storage { values } else { nil }
  }

  /// Its numbers where they are 32-bit integers; nil for another type.
  public var int32s: [Int32]? {
    if case .int32(let values) = storage { values } else { nil }
  }

  /// Its numbers where they are 64-bit integers; nil for another type.
  public var int64s: [Int64]? {
    if case .int64(let values) = storage { values } else { nil }
  }

  /// Its numbers where they are bytes; nil for another type.
  public var bytes: [UInt8]? {
    if case .uint8(let values) = storage { values } else { nil }
  }

  /// Lends the numbers as they lie in memory.
  package func withBytes<Output>(_ body: (UnsafeRawBufferPointer) -> Output) -> Output {
    switch storage {
    case .float32(let values): unsafe values.withUnsafeBytes(body)
    case .float16(let values): unsafe values.withUnsafeBytes(body)
    case .float64(let values): unsafe values.withUnsafeBytes(body)
    case .int16(let values): unsafe values.withUnsafeBytes(body)
    case .int32(let values): unsafe values.withUnsafeBytes(body)
    case .int64(let values): unsafe values.withUnsafeBytes(body)
    case .uint8(let values): unsafe values.withUnsafeBytes(body)
    }
  }
}

extension Tensor {
  /// The same numbers under another name.
  public func renamed(_ name: String) -> Tensor {
    Tensor(name: name, shape: shape, storage: storage)
  }
}

extension Tensor {
  /// Some of its numbers under the same name.
  /// - Parameters:
  ///   - range: which of them, counted from the first.
  ///   - shape: the axes that they make.
  package func part(_ range: Range<Int>, shape: [Int]) -> Tensor {
    switch storage {
    case .float32(let all): Tensor(name, shape: shape, Array(all[range]))
    case .float16(let all): Tensor(name, shape: shape, Array(all[range]))
    case .float64(let all): Tensor(name, shape: shape, Array(all[range]))
    case .int16(let all): Tensor(name, shape: shape, Array(all[range]))
    case .int32(let all): Tensor(name, shape: shape, Array(all[range]))
    case .int64(let all): Tensor(name, shape: shape, Array(all[range]))
    case .uint8(let all): Tensor(name, shape: shape, Array(all[range]))
    }
  }

  /// Its numbers as floats, 16-bit integers not scaled.
  package var asFloats: [Float] {
    switch storage {
    case .float32(let all): all
    case .float16(let all): all.map { Float($0) }
    case .float64(let all): all.map { Float($0) }
    case .int16(let all): all.map { Float($0) }
    case .int32(let all): all.map { Float($0) }
    case .int64(let all): all.map { Float($0) }
    case .uint8(let all): all.map { Float($0) }
    }
  }

  /// Its numbers as they lie in memory, little-endian.
  package var littleEndianBytes: [UInt8] { unsafe withBytes { unsafe Array($0) } }
}
