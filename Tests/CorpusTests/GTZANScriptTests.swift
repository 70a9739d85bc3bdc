import Foundation
import Testing

/// `make_gtzan.py` still makes the `gtzan.json` that lies beside it, where the facts are at hand.
@Suite struct GTZANScriptTests {
  private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static let facts: String? = {
    let path = package.deletingLastPathComponent().appending(path: "shared/data/facts")
      .path(percentEncoded: false)
    let index = "\(path)/GTZANindex.txt"
    let python = "/usr/bin/python3"
    let files = FileManager.default
    return files.fileExists(atPath: index) && files.isExecutableFile(atPath: python) ? path : nil
  }()

  @Test(.enabled(if: facts != nil, "no fact files beside the package, or no Python"))
  func theSameFactsGiveTheSameBytes() throws {
    let datasets = Self.package.appending(path: "Manifests/datasets")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = [
      datasets.appending(path: "make_gtzan.py").path(percentEncoded: false),
      try #require(Self.facts),
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let made = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(made == (try Data(contentsOf: datasets.appending(path: "gtzan.json"))))
  }
}
