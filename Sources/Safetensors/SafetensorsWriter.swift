import Wording

/// A safetensors value about to be written: its size is known first, then it is filled in place.
///
///     8 bytes   length of the header, little-endian
///     header    JSON: {"__metadata__":{…},"name":{"data_offsets":[a,b],"dtype":"F32","shape":[…]}}
///               padded with spaces so that the data begins at a multiple of 64
///     data      the tensors one after the other, wider numbers first, then by name
///
/// `__metadata__` holds what is given and "xxh3", 16 hex digits of the data's XXH3-64.
public struct SafetensorsWriter: Sendable {
  private let header: [UInt8]
  private let checksumOffset: Int
  private let tensors: [Tensor]
  /// The bytes of the whole value.
  public let byteCount: Int

  /// Lays a value out.
  ///
  /// - Parameters:
  ///   - tensors: With distinct names, none of them "__metadata__".
  ///   - metadata: Facts to keep in the header; "xxh3" is added.
  /// - Throws: ``TensorError`` where a shape does not fit its numbers, a name occurs twice, or the
  ///   header would be longer than ``SafetensorsHeader/longestHeader``.
  public init(tensors: [Tensor], metadata: [String: String] = [:]) throws(TensorError) {
    let layout = try SafetensorsLayout(
      tensors.map { .init(name: $0.name, dataType: $0.dataType, shape: $0.shape) },
      metadata: metadata.merging(["xxh3": "0000000000000000"]) { $1 })
    let order = Dictionary(
      layout.entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    let ordered = tensors.sorted { (order[$0.name] ?? 0) < (order[$1.name] ?? 0) }
    for (tensor, entry) in zip(ordered, layout.entries) where tensor.count != entry.count {
      throw SafetensorsLayout.invalid(
        tensor.name,
        "\(Words.counted(tensor.count, "number")) do not fill the shape \(tensor.shape)")
    }
    header = layout.header
    checksumOffset = layout.offset(ofMetadata: "xxh3") ?? 0
    self.tensors = ordered
    byteCount = layout.byteCount
  }

  /// Writes the whole value.
  ///
  /// - Parameter span: Exactly `byteCount` bytes.
  /// - Returns: The data's XXH3-64.
  @discardableResult
  public func fill(_ span: inout MutableRawSpan) -> UInt64 {
    precondition(span.byteCount == byteCount, "the span must have the value's size")
    return unsafe span.withUnsafeMutableBytes { target in
      unsafe target.copyBytes(from: header)
      var offset = header.count
      let dataStart = offset
      for tensor in tensors {
        unsafe tensor.withBytes { bytes in
          unsafe UnsafeMutableRawBufferPointer(rebasing: target[offset...]).copyMemory(from: bytes)
        }
        offset += tensor.byteCount
      }
      let data = unsafe UnsafeRawBufferPointer(rebasing: target[dataStart...])
      let checksum = unsafe XXH3.checksum(data)
      unsafe UnsafeMutableRawBufferPointer(rebasing: target[checksumOffset...])
        .copyBytes(from: XXH3.text(checksum).utf8)
      return checksum
    }
  }

  /// The whole value as bytes of its own.
  public func bytes() -> [UInt8] {
    var all = [UInt8](repeating: 0, count: byteCount)
    var span = all.mutableSpan
    var raw = unsafe span.mutableBytes
    fill(&raw)
    return all
  }
}
