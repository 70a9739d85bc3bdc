/// The type of the numbers of a batch.
public enum DataType: String, Sendable, Hashable, Codable, CaseIterable {
  /// 32-bit floats.
  case float32
  /// 16-bit floats (IEEE 754 binary16), rounded to the nearest, ties to even; beyond ±65,504
  /// infinite.
  case float16

  /// Bytes of a number.
  public var size: Int { self == .float16 ? 2 : 4 }
}
