import Foundation
import TestSupport
import Testing

@testable import Service

/// Bytes that are kept on the disk.
@Suite struct KeptFilesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func files(_ limit: Int = 1 << 20) -> KeptFiles {
    KeptFiles(folder: folder.path("kept"), limit: limit, metrics: ServiceMetrics())
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path("kept")).sorted()
  }

  @Test func theNextServiceHasThem() throws {
    #expect(files().bytes("a") { [1, 2, 3] } == [1, 2, 3])
    var made = 0
    for _ in 0..<2 {
      let bytes = files().bytes("a") {
        made += 1
        return []
      }
      #expect(bytes == [1, 2, 3])
    }
    #expect(made == 0)
  }

  /// Whatever became of a file, its content is made anew and kept again.
  @Test(arguments: [0, 10, 33, 34]) func whatIsDamagedIsMadeAgain(_ offset: Int) throws {
    let content = Array("peaks".utf8)
    _ = files().bytes("a") { content }
    let path = folder.path("kept/a")
    var file = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(file.count == 33 + content.count)
    file[offset] ^= 1
    for damaged in [file, file.prefix(offset)] {
      try damaged.write(to: URL(fileURLWithPath: path))
      #expect(files().bytes("a") { content } == content)
      var made = 0
      _ = files().bytes("a") {
        made += 1
        return []
      }
      #expect(made == 0)
    }
  }

  @Test func theyStayWithinTheirBound() throws {
    let kept = files(8_000)
    for number in 0..<40 { _ = kept.bytes("n\(number)") { [UInt8](repeating: 1, count: 500) } }
    let sizes = try names().map { name in
      try FileManager.default.attributesOfItem(atPath: folder.path("kept/\(name)"))[.size] as? Int
    }
    #expect(sizes.compactMap { $0 }.reduce(0, +) <= 8_000 && sizes.count >= 10)
    // What is large beside the whole is not kept at all.
    #expect(kept.bytes("large") { [UInt8](repeating: 2, count: 1_001) }.count == 1_001)
    #expect(try !names().contains("large"))
  }

  @Test func whereNothingCanBeKeptItIsMade() throws {
    try folder.write("a file".utf8, "kept")
    #expect(files().bytes("a") { [7] } == [7])
    #expect(files().bytes("a") { [8] } == [8])
  }
}
