import Foundation
import Testing

/// `lathe bench loader` on small caches. How fast they are is no matter here.
@Suite struct BenchLoaderTests {
  /// The JSON of a run, which must succeed.
  private func report(_ arguments: String...) throws -> [String: Any] {
    let result = try Program.start(
      ["bench", "loader", "--json", "--seconds", "0.1"] + arguments
    ).end()
    #expect(result.code == 0, "\(result.errors)")
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    return try #require(json as? [String: Any])
  }

  @Test func aSideOfACacheIsMeasured() throws {
    let collection = try Collection(tracks: 10)
    #expect(try collection.prepare("--progress", "none", "--split", "0.8,0.2").code == 0)
    let name = try #require(
      try Program.run("inspect", collection.cache).lines.first { $0.hasPrefix("split ") }
    ).dropFirst(6)
    let report = try report(
      collection.cache, "--view", "mel", "--batch", "3", "--threads", "1", "--threads", "0",
      "--split", "\(name)", "--side", "train")
    #expect(report["view"] as? String == "mel" && report["batch"] as? Int == 3)
    #expect(report["side"] as? String == "train of \(name)")
    #expect(report["samples"] as? Int == 16 && report["tracks"] as? Int == 8)
    #expect((report["shape"] as? [Int])?.first == 16)
    #expect((report["indexBytes"] as? Int ?? 0) > 0)
    #expect(report["writeSeconds"] == nil)
    let threads = try #require(report["threads"] as? [[String: Any]])
    #expect(threads.map { $0["threads"] as? Int } == [1, 0])
    for figures in threads {
      func number(_ key: String) -> Double { figures[key] as? Double ?? .nan }
      for key in [
        "samplesPerSecond", "gigabytesPerSecond", "cpuSecondsPerSample",
        "gatherSamplesPerSecond", "gatherGigabytesPerSecond", "ratio", "ringBatches", "ringBytes",
        "firstBatchSeconds", "firstBatchSecondsUnchecked",
      ] { #expect(number(key) > 0, "\(key)") }
      let ratio = number("samplesPerSecond") / number("gatherSamplesPerSecond")
      #expect(abs(number("ratio") / ratio - 1) < 1e-9)
      let faster = max(
        number("usualGatherGigabytesPerSecond"), number("streamingGatherGigabytesPerSecond"))
      #expect(number("gatherGigabytesPerSecond") == faster && number("turns") >= 3)
    }
  }

  @Test func madeUpTracksAreWrittenAndMeasured() throws {
    let report = try report(
      "--synthetic-tracks", "60", "--rows", "5", "--batch", "8", "--threads", "2")
    #expect(report["samples"] as? Int == 300 && report["tracks"] as? Int == 60)
    #expect(report["view"] as? String == "features" && report["shape"] as? [Int] == [57])
    #expect((report["writeSeconds"] as? Double ?? 0) > 0)
    let index = report["indexBytesPerSample"] as? Double ?? 0
    #expect(index > 0 && index <= 32)
  }

  @Test func theTableNamesItsRows() throws {
    let result = try Program.run(
      "bench", "loader", "--synthetic-tracks", "20", "--seconds", "0.1")
    #expect(result.code == 0 && result.errors.isEmpty)
    #expect(result.output.contains("20 made-up tracks: 200 slices of 57, 20 tracks"))
    for word in [
      "1 thread ", "2 threads", "bare gather", "loader / faster gather", "first batch", "ring",
    ] {
      #expect(result.output.contains(word), "\(word)")
    }
  }

  @Test(arguments: [
    [], ["cache", "--synthetic-tracks", "5"], ["cache", "--batch", "0"],
    ["cache", "--threads", "257"], ["cache", "--threads", "-1"], ["cache", "--split", "s"],
    ["cache", "--seconds", "nan"], ["cache", "--seconds", "0"],
    ["--synthetic-tracks", "0"], ["--synthetic-tracks", "5", "--view", "mel"],
    ["--synthetic-tracks", "5", "--rows", "0"], ["cache", "--view", "Acoustics!"],
  ])
  func wrongUsageIsRefused(_ arguments: [String]) throws {
    let result = try Program.start(["bench", "loader"] + arguments).end()
    #expect(result.code == 2 && result.output.isEmpty, "\(arguments)")
  }

  @Test func whatCannotBeLoadedIsSaid() throws {
    let missing = try Program.run("bench", "loader", "/nowhere/cache", "--view", "mel")
    #expect(missing.code == 1 && missing.errors.contains("/nowhere/cache"))
  }
}
