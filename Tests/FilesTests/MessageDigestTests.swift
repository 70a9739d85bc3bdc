import Files
import Testing

@Suite struct MessageDigestTests {
  /// The test values of RFC 1321 and FIPS 180-4, in one piece and in several.
  @Test func publishedValues() throws {
    let text = Array("abc".utf8)
    for (algorithm, expected) in [
      (MessageDigest.Algorithm.md5, "900150983cd24fb0d6963f7d28e17f72"),
      (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ] {
      var whole = try MessageDigest(algorithm)
      try whole.update(text.span.bytes)
      #expect(try whole.finish() == expected)
      var pieces = try MessageDigest(algorithm)
      for byte in text { try pieces.update([byte].span.bytes) }
      #expect(try pieces.finish() == expected)
    }
    #expect(try MessageDigest(.md5).finish() == "d41d8cd98f00b204e9800998ecf8427e")
  }
}
