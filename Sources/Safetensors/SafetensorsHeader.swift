import Wording

/// What a safetensors value says about itself: its tensors and where they lie.
///
/// Reading it checks everything, as the format's own library does: the tensors lie one after the
/// other and fill the data without a hole or an overlap, and each has the bytes of its shape.
public struct SafetensorsHeader: Sendable, Hashable {
  /// One tensor of a value.
  public struct Entry: Sendable, Hashable {
    /// The name.
    public let name: String
    /// The type of its numbers.
    public let dataType: Tensor.DataType
    /// The length of each axis, outermost first.
    public let shape: [Int]
    /// Where its numbers lie, in bytes from the value's start.
    public let bytes: Range<Int>
  }

  /// The longest header that is read; one with a thousand tensors has 0.1 of it.
  public static let longestHeader = 1 << 20

  /// The facts under `__metadata__`.
  public let metadata: [String: String]
  /// The tensors in the order of their bytes.
  public let entries: [Entry]
  /// Where the data begins, in bytes from the value's start.
  public let dataOffset: Int

  /// Reads the header of a value.
  ///
  /// - Parameter value: The whole value, data included.
  /// - Throws: ``TensorError``, which says what is wrong; never traps, whatever the bytes.
  public init(of value: RawSpan) throws(TensorError) {
    func invalid(_ detail: String) -> TensorError { HeaderScanner([]).failure(detail) }
    guard value.byteCount >= 8 else {
      throw invalid("\(Words.counted(value.byteCount, "byte")) are no header")
    }
    let length = unsafe UInt64(littleEndian: value.unsafeLoadUnaligned(as: UInt64.self))
    guard length <= UInt64(min(value.byteCount - 8, Self.longestHeader)) else {
      throw invalid("a header of \(length) bytes in a value of \(value.byteCount)")
    }
    let start = 8 + Int(length)
    let text = unsafe value.withUnsafeBytes { unsafe Array($0[8..<start]) }
    guard text.first == UInt8(ascii: "{") else { throw invalid("no JSON object") }

    var metadata: [String: String] = [:]
    var entries: [Entry] = []
    var scanner = HeaderScanner(text)
    try scanner.object { (scanner, name) throws(TensorError) in
      if name == "__metadata__" {
        try scanner.object { (scanner, key) throws(TensorError) in
          metadata[key] = try scanner.string()
        }
      } else {
        entries.append(
          try Self.entry(name, &scanner, dataOffset: start, end: value.byteCount))
      }
    }
    guard scanner.isAtEnd() else { throw scanner.failure("something after the JSON") }

    entries.sort {
      ($0.bytes.lowerBound, $0.bytes.upperBound, $0.name) < (
        $1.bytes.lowerBound, $1.bytes.upperBound, $1.name
      )
    }
    var end = start
    for entry in entries {
      guard entry.bytes.lowerBound == end else {
        throw invalid("a hole or an overlap before tensor '\(entry.name)'")
      }
      end = entry.bytes.upperBound
    }
    guard end == value.byteCount else {
      throw invalid("\(Words.counted(value.byteCount - end, "byte")) that belong to no tensor")
    }
    self.metadata = metadata
    self.entries = entries
    self.dataOffset = start
  }

  private static func entry(
    _ name: String, _ scanner: inout HeaderScanner, dataOffset: Int, end: Int
  ) throws(TensorError) -> Entry {
    var typeName: String?
    var shape: [Int]?
    var offsets: [Int] = []
    try scanner.object { (scanner, key) throws(TensorError) in
      switch key {
      case "dtype": typeName = try scanner.string()
      case "shape": shape = try scanner.integers()
      case "data_offsets": offsets = try scanner.integers()
      default: throw scanner.failure("'\(key)' in tensor '\(name)'")
      }
    }
    guard let typeName, let shape, offsets.count == 2 else {
      throw scanner.failure("tensor '\(name)' lacks dtype, shape or data_offsets")
    }
    guard let type = Tensor.DataType(rawValue: typeName) else {
      throw scanner.failure("tensor '\(name)' has the unknown type '\(typeName)'")
    }
    guard offsets[0] <= offsets[1], offsets[1] <= end - dataOffset else {
      throw scanner.failure("tensor '\(name)' lies outside the data")
    }
    var bytes = type.byteCount
    for length in shape {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
      if overflow { throw scanner.failure("tensor '\(name)' is too large") }
      bytes = product
    }
    guard bytes == offsets[1] - offsets[0] else {
      throw scanner.failure("tensor '\(name)' has not the bytes of its shape")
    }
    return Entry(
      name: name, dataType: type, shape: shape,
      bytes: dataOffset + offsets[0]..<dataOffset + offsets[1])
  }

  /// The tensor of a name, or nil.
  public subscript(name: String) -> Entry? { entries.first { $0.name == name } }

  /// Whether the data is what was written: its XXH3-64 is the "xxh3" of the metadata.
  ///
  /// - Parameter value: The value that this header was read from.
  /// - Complexity: O(n), about 10 GB a second.
  public func hasValidChecksum(_ value: RawSpan) -> Bool {
    let data = value.extracting(dataOffset...)
    return unsafe data.withUnsafeBytes { unsafe XXH3.text(XXH3.checksum($0)) } == metadata["xxh3"]
  }
}
