import Wording

/// Where the tensors of a safetensors value lie, and the header that says so, before there is any
/// number: for ``SafetensorsWriter``, and for whoever sends the numbers from where they are.
package struct SafetensorsLayout: Sendable {
  /// A tensor without its numbers.
  package struct Entry: Sendable, Hashable {
    package let name: String
    package let dataType: Tensor.DataType
    package let shape: [Int]

    package init(name: String, dataType: Tensor.DataType, shape: [Int]) {
      self.name = name
      self.dataType = dataType
      self.shape = shape
    }

    /// How many numbers it has; the layout has checked that they can be counted.
    package var count: Int { shape.reduce(1, *) }
    /// Their bytes.
    package var byteCount: Int { count * dataType.byteCount }
  }

  /// In the order in which they lie: wider numbers first, then by name.
  package let entries: [Entry]
  /// The length of the header, the header and its padding: all that comes before the numbers.
  package let header: [UInt8]
  /// The bytes of the whole value.
  package let byteCount: Int

  /// Lays a value out.
  /// - Throws: ``TensorError`` where a name occurs twice, a shape cannot be counted, or the header would
  ///   be longer than one that is read.
  package init(
    _ tensors: [Entry], metadata: [String: String] = [:]
  ) throws(TensorError) {
    let ordered = tensors.sorted {
      ($1.dataType.byteCount, $0.name) < ($0.dataType.byteCount, $1.name)
    }
    let members = metadata.sorted { $0.key < $1.key }
      .map { "\(Self.quoted($0.key)):\(Self.quoted($0.value))" }.joined(separator: ",")
    var text = "{\"__metadata__\":{\(members)}"
    var offset = 0
    var names: Set<String> = ["__metadata__"]
    for tensor in ordered {
      guard names.insert(tensor.name).inserted else {
        throw Self.invalid(tensor.name, "the name occurs twice or is reserved")
      }
      var bytes = tensor.dataType.byteCount
      for length in tensor.shape {
        let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
        if overflow || length < 0 {
          throw Self.invalid(tensor.name, "impossible shape \(tensor.shape)")
        }
        bytes = product
      }
      let (end, overflow) = offset.addingReportingOverflow(bytes)
      if overflow { throw Self.invalid(tensor.name, "impossible shape \(tensor.shape)") }
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      text +=
        ",\(Self.quoted(tensor.name)):{\"data_offsets\":[\(offset),\(end)],"
        + "\"dtype\":\"\(tensor.dataType.rawValue)\",\"shape\":[\(shape)]}"
      offset = end
    }
    var json = Array("\(text)}".utf8)
    while (8 + json.count) % 64 != 0 { json.append(UInt8(ascii: " ")) }
    guard json.count <= SafetensorsHeader.longestHeader else {
      throw TensorError(
        operation: "encode", subject: "the header",
        detail:
          "has \(json.count) bytes, more than the \(SafetensorsHeader.longestHeader) that are read",
        hint: "give fewer tensors, shorter names or less metadata")
    }
    header = (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) } + json
    entries = ordered
    byteCount = header.count + offset
  }

  /// Where the text of a fact of the metadata begins in the header; nil where there is none.
  func offset(ofMetadata key: String) -> Int? {
    // Quotes within texts are escaped, so this can only be the key itself.
    let opening = Array("\(Self.quoted(key)):\"".utf8)
    return header.indices.first { header[$0...].starts(with: opening) }.map { $0 + opening.count }
  }

  static func invalid(_ name: String, _ detail: String) -> TensorError {
    TensorError(
      operation: "encode", subject: "tensor '\(name)'", detail: detail,
      hint: "give every tensor a name of its own and as many numbers as its shape has")
  }

  /// A JSON string.
  private static func quoted(_ text: String) -> String {
    var bytes: [UInt8] = []
    JSONText.append(text, .numbered, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
