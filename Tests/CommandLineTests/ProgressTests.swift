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

  private struct Line: Decodable {
    var schema, runId, time, verb, event: String
  }

  private func lines(_ text: String) throws -> [Line] {
    try text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  /// Every line says when it was written, by which start of the program, and what it keeps to.
  @Test func aLineSaysWhereItBelongs() throws {
    let begin = Date()
    let first = try lines(collection.prepare("--progress", "json").output)
    let second = try lines(collection.prepare("--progress", "json").output)
    for lines in [first, second] {
      #expect(Set(lines.map(\.runId)).count == 1 && lines.count > 2)
      #expect(lines.allSatisfy { $0.schema == "lathe.progress/1" && $0.verb == "prepare" })
      #expect(lines.allSatisfy { UUID(uuidString: $0.runId) != nil })
      let form = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/
      #expect(lines.allSatisfy { $0.time.wholeMatch(of: form) != nil })
      #expect(lines.map(\.time) == lines.map(\.time).sorted())
      let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
      let times = try lines.map { try style.parse($0.time) }
      #expect(times.allSatisfy { (begin.addingTimeInterval(-0.01)...Date()).contains($0) })
    }
    #expect(first[0].runId != second[0].runId)
  }

  /// The log file gets the same lines, whatever is shown, and those of the next run after them.
  @Test(arguments: ["auto", "plain", "json", "none"])
  func theLogHasEveryLine(_ style: String) throws {
    let log = "\(collection.path)/log.jsonl"
    let first = try collection.prepare("--progress", style, "--log-file", log)
    #expect(first.code == 3)
    let text = try String(contentsOfFile: log, encoding: .utf8)
    let events = try lines(text).map(\.event)
    #expect(events.first == "began" && events.last == "finished")
    #expect(events.count { $0 == "advanced" } == 5 && events.count { $0 == "quarantined" } == 1)
    if style == "json" { #expect(first.output == text) }
    if style == "none" { #expect(first.errors.isEmpty) }
    #expect(try collection.prepare("--progress", style, "--log-file", log).code == 3)
    let both = try String(contentsOfFile: log, encoding: .utf8)
    #expect(both.hasPrefix(text) && both.count > text.count)
    #expect(Set(try lines(both).map(\.runId)).count == 2)
  }

  /// What ends a run before its end is a line, too.
  @Test func aFailureIsLogged() throws {
    let log = "\(collection.path)/log.jsonl"
    let result = try Program.run(
      "prepare", "\(collection.path)/nowhere", "--cache", collection.cache, "--log-file", log)
    #expect(result.code == 1)
    let text = try String(contentsOfFile: log, encoding: .utf8)
    #expect(try lines(text).map(\.event) == ["failed"])
    #expect(text.contains("nowhere"))
  }

  /// A line that a full disk cut off does not spoil the next one.
  @Test func aTornLineIsEnded() throws {
    let log = try collection.write(Array(#"{"event":"adva"#.utf8), "log.jsonl")
    #expect(try collection.prepare("--log-file", log).code == 3)
    let text = try String(contentsOfFile: log, encoding: .utf8)
    let parts = text.split(separator: "\n", maxSplits: 1)
    #expect(parts[0] == #"{"event":"adva"#)
    #expect(try lines(String(parts[1])).last?.event == "finished")
  }

  /// Refused before anything is done, with what to do.
  @Test(arguments: [
    ("", "the path is empty"), ("nowhere/log", "make its folder first"),
    ("audio", "it is a folder; give a file in it"), ("pipe", "start the reader"),
    ("cache/shard-00000.lmdb", "lies in the cache itself: write elsewhere"),
  ])
  func aLogThatCannotBeWritten(_ name: String, _ remedy: String) throws {
    #expect(mkfifo("\(collection.path)/pipe", 0o600) == 0)
    let result = try collection.prepare(
      "--log-file", name.isEmpty ? "" : "\(collection.path)/\(name)")
    #expect(result.code == 2 && result.output.isEmpty)
    #expect(result.errors.contains("--log-file") && result.errors.contains(remedy))
    #expect(!FileManager.default.fileExists(atPath: collection.cache))
  }

  /// Killed at any moment, the log ends with a whole line.
  @Test func aKilledRunLeavesWholeLines() throws {
    let log = "\(collection.path)/log.jsonl"
    for count in 1...3 {
      let running = try Program.start(
        collection.arguments(
          ["--progress", "json", "--threads", "1", "--log-file", log],
          cache: "\(collection.path)/\(count)"))
      running.wait(for: #""event":"advanced""#, times: count)
      running.signal(SIGKILL)
      _ = running.end()
      let text = try String(contentsOfFile: log, encoding: .utf8)
      #expect(text.hasSuffix("}\n"))
      #expect(try lines(text).count > count)
    }
  }

  /// The samples of a file in Prometheus's text form, by name and labels; nil where a line is none.
  private func figures(_ path: String) throws -> [String: Double] {
    var figures: [String: Double] = [:]
    let sample = /([a-z_]+(?:\{(?:[a-z]+="[^"\\]*",?)+\})?) (\S+)/
    var described: Set<Substring> = []
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      if line.hasPrefix("#") {
        let words = line.split(separator: " ")
        #expect(["HELP", "TYPE"].contains(words[1]))
        described.insert(words[2])
        continue
      }
      let match = try #require(try sample.wholeMatch(in: line), "\(line)")
      #expect(described.contains(match.1.prefix { $0 != "{" }))
      #expect(figures.updateValue(try #require(Double(match.2)), forKey: String(match.1)) == nil)
    }
    return figures
  }

  @Test func figuresOfAPreparationAreKept() throws {
    let file = "\(collection.path)/lathe.prom"
    #expect(try collection.prepare("--progress", "none", "--metrics-file", file).code == 3)
    let found = try figures(file)
    #expect(found["lathe_run_ended"] == 1 && found["lathe_run_exit_code"] == 3)
    let info = found.first { $0.key.hasPrefix("lathe_run_info{verb=\"prepare\",version=\"") }
    #expect(info?.value == 1)
    #expect(found["lathe_prepare_tracks_done_total"] == found["lathe_prepare_tracks_planned"])
    #expect(found["lathe_prepare_tracks_quarantined_total"] == 1)
    #expect(found["lathe_cache_quarantined"] == 1)
    #expect(found["lathe_cache_tracks"] == (found["lathe_prepare_tracks_done_total"] ?? 0) - 1)
    #expect(found["lathe_prepare_audio_seconds_total"] ?? 0 > 0)
    #expect(found["lathe_cache_bytes{view=\"features\"}"] ?? 0 > 0)
    #expect(found["lathe_run_seconds"] ?? -1 >= 0)
    // Nothing is left beside it.
    let names = try FileManager.default.contentsOfDirectory(atPath: collection.path)
    #expect(names.filter { $0.hasPrefix("lathe.prom") } == ["lathe.prom"])
    // A run that fails says so.
    let failed = try Program.run(
      "prepare", "\(collection.path)/nowhere", "--cache", collection.cache, "--metrics-file", file)
    #expect(failed.code == 1)
    #expect(try figures(file)["lathe_run_exit_code"] == 1)
    #expect(try figures(file)["lathe_cache_tracks"] == nil)
  }

  @Test(arguments: ["", "nowhere/lathe.prom", "cache/lathe.prom"])
  func figuresThatCannotBeKeptAreRefusedFirst(_ name: String) throws {
    let path = name.hasPrefix("cache") ? "\(collection.cache)/lathe.prom" : name
    let result = try collection.prepare(
      "--metrics-file", path.isEmpty || path.hasPrefix("/") ? path : "\(collection.path)/\(path)")
    #expect(result.code == 2 && result.errors.contains("--metrics-file"))
  }

  @Test func figuresOfATrainingAreKept() throws {
    let runs = try TrainingRuns()
    let file = runs.path("lathe.prom")
    try runs.train("run", "--metrics-file", file)
    let found = try figures(file)
    #expect(found["lathe_run_exit_code"] == 0)
    #expect(found["lathe_train_epochs_done"] == 3 && found["lathe_train_epoch"] == 3)
    #expect(found["lathe_train_epochs_planned"] == 3)
    #expect(found["lathe_train_loss{side=\"train\"}"] ?? -1 >= 0)
    #expect((0...1).contains(found["lathe_train_accuracy{side=\"train\"}"] ?? -1))
    #expect((0...1).contains(found["lathe_train_track_accuracy{side=\"test\"}"] ?? -1))
    #expect((1...3).contains(found["lathe_train_best_epoch"] ?? 0))
    #expect(found["lathe_prepare_tracks_done_total"] == nil)
  }

  /// A study's runs, a training and pictures are logged alike.
  @Test func otherVerbsLog() throws {
    let runs = try TrainingRuns()
    let log = runs.path("log.jsonl")
    try runs.train("run", "--log-file", log)
    let training = try lines(String(contentsOfFile: log, encoding: .utf8))
    #expect(training.first?.event == "began" && training.last?.event == "ended")
    #expect(training.count { $0.event == "epoch" } == 3)
    let images = try runs.run(
      "export", "images", runs.cache, "--output", "pictures", "--progress", "json", "--log-file",
      log)
    #expect(images.code == 0, "\(images.errors)")
    let all = try lines(String(contentsOfFile: log, encoding: .utf8))
    #expect(Set(all.map(\.verb)) == ["train", "export images"])
    #expect(try lines(images.output).allSatisfy { $0.event == "advanced" })
  }
}
