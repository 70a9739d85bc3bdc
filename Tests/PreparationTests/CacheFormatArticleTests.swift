import DatasetCache
import Foundation
import Preparation
import Testing

/// What the article on the cache format shows works.
@Suite struct CacheFormatArticleTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A Python with lmdb and safetensors, or nil.
  private static let python: String? = {
    let named = ProcessInfo.processInfo.environment["LATHE_PYTHON"]
    return [named, "python3"].compactMap { $0 }.first {
      (try? run($0, "import lmdb, safetensors.numpy"))?.status == 0
    }
  }()

  private static func run(_ python: String, _ code: String) throws -> (status: Int32, text: String)
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, "-c", code]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
  }

  @Test(.enabled(if: python != nil, "no Python with lmdb and safetensors: set LATHE_PYTHON"))
  func theTenLinesReadACache() throws {
    let article = try String(
      contentsOf: Self.root.appendingPathComponent(
        "Sources/DatasetCache/DatasetCache.docc/CacheFormat.md"), encoding: .utf8)
    let code = try #require(
      article.components(separatedBy: "```python\n").dropFirst()
        .compactMap { $0.components(separatedBy: "```").first }
        .first { $0.contains("import json, lmdb") })
    #expect(code.split(separator: "\n").count <= 11)
    let folder = try MusicFolder()
    try folder.music()
    let summary = try folder.prepare(.small())
    let answer = try Self.run(
      try #require(Self.python), code.replacingOccurrences(of: "gtzan.lathe", with: folder.cache))
    #expect(answer.status == 0)
    let lines = answer.text.split(separator: "\n")
    #expect(lines.count == summary.tracks)
    #expect(lines.first?.hasPrefix("blues.00000 blues (") == true)
    #expect(lines.first?.hasSuffix(") float32") == true)
  }
}
