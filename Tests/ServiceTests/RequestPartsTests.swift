import TestSupport
import Testing
import Wording

@testable import Service

/// The parts of a request that strangers write.
@Suite struct RequestPartsTests {
  @Test func targetsAreTakenApart() throws {
    let target = try RequestTarget("/v1/a%2Fb/c+d/?x=1+2&y=%C3%A9&z", most: 100)
    #expect(target.path == ["v1", "a/b", "c+d"])
    let query = try target.query()
    #expect(query.map(\.name) == ["x", "y", "z"])
    #expect(query.map(\.value) == ["1 2", "é", ""])
    #expect(try RequestTarget("/a?b=?&=&c==", most: 100).query().map(\.value) == ["?", "", "="])
    #expect(try RequestTarget("/", most: 100).path.isEmpty)
    #expect(try RequestTarget("//a", most: 100).path == ["", "a"])
  }

  @Test(arguments: ["", "a", "*", "/%", "/%1", "/%g0", "/%00", "/%C3", "/?a=%0a"])
  func targetsThatAreNoneAreRefused(_ text: String) {
    #expect(throws: Problem.self) { try RequestTarget(text, most: 100).query() }
  }

  @Test(
    arguments: [
      (nil, .whole), ("bytes=0-9", .part(0..<10)), ("bytes=90-", .part(90..<100)),
      ("bytes=-10", .part(90..<100)), ("bytes=-1000", .part(0..<100)),
      ("bytes=50-1000", .part(50..<100)), ("bytes=100-", .beyond), ("bytes=-0", .beyond),
      ("bytes=99999999999999999999-", .beyond),
      ("bytes=0-99999999999999999999", .part(0..<100)),
      ("bytes=9-0", .whole), ("bytes=0-1,5-6", .whole), ("lines=0-1", .whole), ("bytes=", .whole),
      ("bytes=a-b", .whole), ("bytes=--1", .whole), ("bytes=-", .whole), ("bytes=+1-2", .whole),
    ] as [(String?, ByteRange)])
  func ranges(_ header: String?, _ range: ByteRange) {
    #expect(ByteRange(header, of: 100) == range)
  }

  @Test func anyTextIsReadOrRefused() {
    var generator = SeededGenerator(seed: 15)
    let alphabet = Array("/%?&=+a0fZ-,.é\u{0}\u{1b}".unicodeScalars)
    for _ in 0..<2_000 {
      var text = "/"
      for _ in 0..<Int.random(in: 0..<24, using: &generator) {
        text.unicodeScalars.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)])
      }
      guard let target = try? RequestTarget(text, most: 1_000), let query = try? target.query()
      else { continue }
      for part in target.path + query.map(\.value) {
        #expect(part.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 })
      }
      _ = ByteRange(text, of: 10)
    }
  }

  @Test func figuresAreEscaped() {
    var text = PrometheusText()
    text.sample("a", [("b", "c\"d\\e\nf")], 1.5)
    #expect(text.text == "a{b=\"c\\\"d\\\\e\\nf\"} 1.5\n")
    var histogram = Histogram()
    for seconds in [0.000_1, 0.02, 0.02, 100] { histogram.add(seconds) }
    text.histogram("h", [], histogram)
    #expect(text.text.contains("h_bucket{le=\"0.01\"} 1\n"))
    #expect(text.text.contains("h_bucket{le=\"0.025\"} 3\n"))
    #expect(text.text.contains("h_bucket{le=\"+Inf\"} 4\n"))
    #expect(text.text.contains("h_count 4\n"))
  }
}
