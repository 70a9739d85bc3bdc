/// What stands before the numbers of an array in a `.npy` file (numpy's format 1.0 and 2.0,
/// `numpy/lib/format.py`): magic, version, length and a Python dictionary, padded with spaces so
/// that the numbers begin at a multiple of 64 bytes and can be mapped into memory.
package enum NumpyHeader {
  /// The header of an array in C order.
  ///
  /// - Parameters:
  ///   - type: numpy's name of the type of its numbers, such as `<f4`.
  ///   - shape: its axes, outermost first.
  package static func bytes(_ type: String, shape: [Int]) -> [UInt8] {
    let axes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(axes)), }"
    // Version 2 has four bytes for the length instead of two.
    let isLong = text.utf8.count + 1 + 10 + 63 > Int(UInt16.max)
    let start = isLong ? 12 : 10
    let length = (start + text.utf8.count + 1 + 63) / 64 * 64 - start
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [isLong ? 2 : 1, 0]
    bytes += (0..<(isLong ? 4 : 2)).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    bytes += text.utf8
    bytes += [UInt8](repeating: UInt8(ascii: " "), count: length - text.utf8.count - 1)
    return bytes + [UInt8(ascii: "\n")]
  }
}
