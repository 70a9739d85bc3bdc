import Foundation

/// The least reader that GTZAN's recordings need: 16-bit little-endian mono samples of the first
/// `data` chunk, full scale ±1; nil where there is none.
func samplesOfWaveFile(_ url: URL) throws -> [Float]? {
  let bytes = [UInt8](try Data(contentsOf: url))
  var position = 12
  while position + 8 <= bytes.count {
    let size = (0..<4).reduce(0) { $0 | Int(bytes[position + 4 + $1]) << (8 * $1) }
    let body = position + 8
    if bytes[position..<position + 4].elementsEqual("data".utf8) {
      let end = min(body + size, bytes.count)
      return stride(from: body, to: end - 1, by: 2).map {
        let bits = UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
        return Float(Int16(bitPattern: bits)) / 32_768
      }
    }
    position = body + size + size % 2
  }
  return nil
}
