import TestSupport
import Testing

@testable import Exporting

@Suite struct TarTests {
  private func archive(_ members: [(String, [UInt8])]) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    var tar = try TarFile(folder.path("a.tar"))
    for (name, content) in members { try tar.add(name, content) }
    try tar.finish()
    return try TemporaryFolder.bytes(of: folder.path("a.tar"))
  }

  private func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    String(decoding: bytes[range].prefix { $0 != 0 }, as: UTF8.self)
  }

  @Test func headersSayNothingOfMachineOrTime() throws {
    let bytes = try archive([("blues_00000.cls", Array("7".utf8))])
    #expect(bytes.count == 512 * 4)
    #expect(text(bytes, 0..<100) == "blues_00000.cls")
    #expect(text(bytes, 100..<108) == "0000644")
    #expect(text(bytes, 108..<116) == "0000000" && text(bytes, 116..<124) == "0000000")
    #expect(text(bytes, 124..<136) == "00000000001" && text(bytes, 136..<148) == "00000000000")
    #expect(text(bytes, 257..<263) == "ustar" && bytes[156] == UInt8(ascii: "0"))
    let sum = bytes[0..<512].enumerated().reduce(0) { sum, byte in
      sum + (148..<156 ~= byte.offset ? 32 : Int(byte.element))
    }
    #expect(Int(text(bytes, 148..<156), radix: 8) == sum)
    #expect(bytes[512] == UInt8(ascii: "7") && bytes[513...].allSatisfy { $0 == 0 })
  }

  /// A record of an extended header counts the digits of its own length: 9 + 91 of 100 make 101 with
  /// the third digit.
  @Test(arguments: [101, 200, 255, 985, 990, 991])
  func longNamesAreInAnExtendedHeader(_ length: Int) throws {
    let name = String(repeating: "n", count: length)
    let bytes = try archive([(name, [1])])
    #expect(bytes[156] == UInt8(ascii: "x"))
    let size = try #require(Int(text(bytes, 124..<136), radix: 8))
    let record = text(bytes, 512..<512 + size)
    #expect(record.hasSuffix(" path=\(name)\n"))
    #expect(record.prefix { $0 != " " } == "\(record.utf8.count)")
  }
}
