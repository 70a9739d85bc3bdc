import LMDBStore
import Safetensors

/// One value of the database `index`, in the mapped file or, where the cache has none, in memory.
@safe final class IndexValue: @unchecked Sendable {
  // Unchecked: the bytes are not written to while it lives, and everything is set once.

  let header: SafetensorsHeader
  private let bytes: UnsafeRawBufferPointer
  /// Whose map the bytes lie in; nil where they are this object's own.
  private let snapshot: Snapshot?

  /// A stored value, checked against its checksum.
  init(_ found: UnsafeRawBufferPointer, key: String, of snapshot: Snapshot) throws(CacheError) {
    let span = unsafe RawSpan(_unsafeBytes: found)
    let header: SafetensorsHeader
    do throws(TensorError) { header = try SafetensorsHeader(of: span) } catch {
      throw Self.damage(key, error.detail)
    }
    guard header.hasValidChecksum(span) else {
      throw Self.damage(key, "its data does not have its checksum")
    }
    self.header = header
    unsafe bytes = found
    self.snapshot = snapshot
  }

  /// A value that is in no store.
  init(_ writer: SafetensorsWriter) throws(CacheError) {
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: writer.byteCount, alignment: 64)
    var span = unsafe MutableRawSpan(_unsafeBytes: memory)
    writer.fill(&span)
    unsafe bytes = UnsafeRawBufferPointer(memory)
    snapshot = nil
    do throws(TensorError) {
      header = try unsafe SafetensorsHeader(of: RawSpan(_unsafeBytes: bytes))
    } catch {
      unsafe memory.deallocate()
      throw CacheError(error)
    }
  }

  deinit { if snapshot == nil { unsafe bytes.deallocate() } }

  /// The numbers of a tensor; they end with this object.
  func column<Number: Numeric & BitwiseCopyable>(
    _ name: String, as type: Number.Type
  ) throws(CacheError) -> IndexColumn<Number> {
    guard let entry = header[name], entry.dataType.byteCount == MemoryLayout<Number>.size,
      entry.dataType.isInteger == (Number.self is any FixedWidthInteger.Type),
      let base = unsafe bytes.baseAddress
    else { throw Self.damage(name, "it is not as this version writes it") }
    return unsafe IndexColumn(
      base: base + entry.bytes.lowerBound,
      count: entry.bytes.count / MemoryLayout<Number>.size)
  }

  /// Whether there is a tensor of a name.
  func has(_ name: String) -> Bool { header[name] != nil }

  /// Lets go of the mapping of what was read to check it, where it is mapped.
  func release() { unsafe snapshot?.release(bytes) }

  static func damage(_ key: String, _ detail: String) -> CacheError {
    CacheError(
      kind: .damaged, operation: "use", subject: "'\(key)' in '\(Layout.index)'", detail: detail,
      hint: CacheError.repairHint)
  }
}

/// A column of numbers of an index value. It ends with the value.
@safe struct IndexColumn<Number: Numeric & BitwiseCopyable> {
  private let base: UnsafeRawPointer
  let count: Int

  init(base: UnsafeRawPointer, count: Int) {
    unsafe self.base = base
    self.count = count
  }

  /// The number at `index`, which must be within the column.
  subscript(index: Int) -> Number {
    unsafe base.loadUnaligned(
      fromByteOffset: index * MemoryLayout<Number>.size, as: Number.self)
  }

  /// Where the numbers of a range lie.
  func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    let size = MemoryLayout<Number>.size
    return unsafe UnsafeRawBufferPointer(
      start: base + range.lowerBound * size, count: range.count * size)
  }
}

extension Tensor.DataType {
  var isInteger: Bool {
    switch self {
    case .float16, .float32, .float64: false
    case .int16, .int32, .int64, .uint8: true
    }
  }
}
