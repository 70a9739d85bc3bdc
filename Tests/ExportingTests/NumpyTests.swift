import TestSupport
import Testing

@testable import Exporting

@Suite struct NumpyTests {
  @Test(
    arguments: [
      ([], "()"), ([3], "(3,)"), ([3, 4], "(3, 4)"), ([1_000_000, 128, 87], "(1000000, 128, 87)"),
    ] as [([Int], String)])
  func headersAreNumpysAndEndAtAMultipleOf64(_ shape: [Int], _ text: String) {
    let header = NumpyHeader.bytes("<f4", shape: shape)
    #expect(header.count % 64 == 0 && header.last == UInt8(ascii: "\n"))
    let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0]
    #expect(Array(header[..<8]) == magic)
    #expect(Int(header[8]) + Int(header[9]) << 8 == header.count - 10)
    let written = String(decoding: header[10...], as: UTF8.self)
    #expect(written.hasPrefix("{'descr': '<f4', 'fortran_order': False, 'shape': \(text), }"))
  }

  /// The check value of CRC-32/ISO-HDLC, and the same in one piece and in several.
  @Test func theChecksumIsThatOfZip() {
    var whole = CyclicChecksum()
    whole.update(Array("123456789".utf8))
    #expect(whole.value == 0xCBF4_3926)
    let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    var (once, pieces) = (CyclicChecksum(), CyclicChecksum())
    once.update(bytes)
    for start in stride(from: 0, to: 1_000, by: 7) {
      pieces.update(Array(bytes[start..<min(start + 7, 1_000)]))
    }
    #expect(once.value == pieces.value)
  }

  @Test func membersOfAnArchiveBeginAtMultiplesOf64() throws {
    let folder = try TemporaryFolder()
    var zip = try ZipFile(folder.path("a.npz"))
    for (index, name) in ["a.npy", "longer-name.npy"].enumerated() {
      try zip.begin(name, byteCount: 3)
      try zip.write([65, 66, UInt8(67 + index)])
      try zip.end()
    }
    try zip.finish()
    let bytes = try TemporaryFolder.bytes(of: folder.path("a.npz"))
    for text in ["ABC", "ABD"] {
      let offset = bytes.indices.first { bytes[$0...].starts(with: text.utf8) }
      #expect(offset.map { $0 % 64 } == 0)
    }
  }
}
