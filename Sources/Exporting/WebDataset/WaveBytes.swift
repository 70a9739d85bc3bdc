package import Corpus

/// The bytes before the samples of a WAV file: 16-bit integers or 32-bit floats.
package enum WaveBytes {
  /// The most bytes of samples that a WAV file can hold.
  package static let limit = Int(UInt32.max) - 64

  /// The header of a file.
  ///
  /// - Parameters:
  ///   - byteCount: bytes of the samples, at most ``limit``.
  ///   - type: 16-bit integers, or 32-bit floats.
  package static func header(
    byteCount: Int, _ type: SampleType, sampleRate: Int, channels: Int
  ) -> [UInt8] {
    let isFloat = type != .int16
    let size = type.size
    let more = isFloat ? 14 : 0
    var bytes = LittleBytes()
    bytes.bytes += "RIFF".utf8
    bytes.add(UInt32(36 + more + byteCount + byteCount % 2))
    bytes.bytes += "WAVEfmt ".utf8
    bytes.add(UInt32(isFloat ? 18 : 16), UInt16(isFloat ? 3 : 1), UInt16(channels))
    bytes.add(UInt32(sampleRate), UInt32(sampleRate * channels * size), UInt16(channels * size))
    bytes.add(UInt16(8 * size))
    if isFloat {
      // Forms other than integers have no further fields, and say how many samples there are.
      bytes.add(UInt16(0))
      bytes.bytes += "fact".utf8
      bytes.add(UInt32(4), UInt32(byteCount / (channels * size)))
    }
    bytes.bytes += "data".utf8
    bytes.add(UInt32(byteCount))
    return bytes.bytes
  }
}
