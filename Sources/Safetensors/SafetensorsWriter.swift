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
  /// - Throws: ``TensorError`` where a shape does not fit its numbers or a name
  ///   occurs twice.
  public init(tensors: [Tensor], metadata: [String: String] = [:]) throws(TensorError) {
    func invalid(_ name: String, _ detail: String) -> TensorError {
      TensorError(
        operation: "encode", subject: "tensor '\(name)'", detail: detail,
        hint: "give every tensor a name of its own and as many numbers as its shape has")
    }
    let ordered = tensors.sorted {
      ($1.dataType.byteCount, $0.name) < ($0.dataType.byteCount, $1.name)
    }
    let before = Self.members(metadata.filter { $0.key < "xxh3" }).map { $0 + "," }.joined()
    let after = Self.members(metadata.filter { $0.key > "xxh3" }).map { "," + $0 }.joined()
    let opening = "{\"__metadata__\":{\(before)\"xxh3\":\""
    var text = "\(opening)0000000000000000\"\(after)}"

    var offset = 0
    var names: Set<String> = ["__metadata__"]
    for tensor in ordered {
      guard names.insert(tensor.name).inserted else {
        throw invalid(tensor.name, "the name occurs twice or is reserved")
      }
      var count = 1
      for length in tensor.shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: length)
        if overflow || length < 0 { throw invalid(tensor.name, "impossible shape \(tensor.shape)") }
        count = product
      }
      if count != tensor.count {
        throw invalid(
          tensor.name,
          "\(Words.counted(tensor.count, "number")) do not fill the shape \(tensor.shape)")
      }
      let end = offset + tensor.byteCount
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      text +=
        ",\(Self.quoted(tensor.name)):{\"data_offsets\":[\(offset),\(end)],"
        + "\"dtype\":\"\(tensor.dataType.rawValue)\",\"shape\":[\(shape)]}"
      offset = end
    }
    var header = Array("\(text)}".utf8)
    while (8 + header.count) % 64 != 0 { header.append(UInt8(ascii: " ")) }
    self.header = header
    self.checksumOffset = 8 + opening.utf8.count
    self.tensors = ordered
    self.byteCount = 8 + header.count + offset
  }

  /// Writes the whole value.
  ///
  /// - Parameter span: Exactly `byteCount` bytes.
  /// - Returns: The data's XXH3-64.
  @discardableResult
  public func fill(_ span: inout MutableRawSpan) -> UInt64 {
    precondition(span.byteCount == byteCount, "the span must have the value's size")
    return unsafe span.withUnsafeMutableBytes { target in
      unsafe target.storeBytes(of: UInt64(header.count).littleEndian, as: UInt64.self)
      unsafe UnsafeMutableRawBufferPointer(rebasing: target[8...]).copyBytes(from: header)
      var offset = 8 + header.count
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

  private static func members(_ metadata: [String: String]) -> [String] {
    metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
  }

  /// A JSON string.
  private static func quoted(_ text: String) -> String {
    var bytes: [UInt8] = []
    JSONText.append(text, .numbered, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
