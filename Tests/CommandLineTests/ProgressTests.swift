import Foundation
import Testing

/// What `--progress` shows, and where.
@Suite struct ProgressTests {
  let collection: Collection

  init() throws {
    collection = try Collection()
    try collection.write([], "audio/jazz/empty.wav")
  }

  private struct Event: Decodable {
    struct Value: Decodable {
      var pending, tracks, done, total, quarantined: Int?
      var elapsedSeconds, tracksPerSecond, remainingSeconds: Double?
      var path, code: String?
      var slices: [String: Int]?
      var reasons: [String]?
    }
    var event: String
    var value: Value
  }

  @Test func everyLineOfJSONParses() throws {
    let result = try collection.prepare("--progress", "json", "--threads", "1")
    #expect(result.code == 3 && result.errors.isEmpty)
    let events = try result.lines.map {
      try JSONDecoder().decode(Event.self, from: Data($0.utf8))
    }
    #expect(events.first?.event == "began" && events.first?.value.pending == 5)
    #expect(events.first?.value.reasons == ["all views of 5 tracks: new"])
    let advances = events.filter { $0.event == "advanced" }.map(\.value)
    #expect(advances.map(\.done) == [1, 2, 3, 4, 5] && advances.allSatisfy { $0.total == 5 })
    #expect(advances.allSatisfy { ($0.tracksPerSecond ?? 0) > 0 })
    #expect(advances.last?.remainingSeconds == 0)
    let bad = events.filter { $0.event == "quarantined" }.map(\.value)
    #expect(bad.map(\.path) == ["jazz/empty.wav"] && bad.map(\.code) == ["empty"])
    #expect(events.last?.event == "finished" && events.last?.value.tracks == 4)
    #expect(
      events.last?.value.slices == [
        "features": 8, "features-30s": 4, "waveform": 12, "mel": 8, "acoustic": 4,
      ])
  }

  @Test(arguments: ["auto", "plain"])
  func plainLinesGoToTheStandardError(_ style: String) throws {
    let result = try collection.prepare("--progress", style)
    #expect(result.errors.contains("5/5 tracks, "))
    #expect(result.errors.contains(" tracks/s, 1 in quarantine"))
    #expect(result.errors.contains("quarantine: jazz/empty.wav: is empty"))
    // No terminal, so nothing that only a terminal understands.
    #expect(!result.errors.contains("\u{1B}") && !result.errors.contains("\r"))
    #expect(!result.output.contains("tracks/s"))
  }

  @Test func noneIsSilentButForTheSummary() throws {
    let result = try collection.prepare("--progress", "none")
    #expect(result.errors.isEmpty && result.lines.count > 5)
    for words in ["4 prepared", "features-30s", "splits: strat", "wall", "times real time"] {
      #expect(result.output.contains(words))
    }
  }
}
