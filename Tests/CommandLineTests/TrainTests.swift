import Foundation
import Testing

/// Training, measuring and predicting, as a user does it.
@Suite struct TrainTests {
  let runs: TrainingRuns

  init() throws { runs = try TrainingRuns() }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func trainEvaluatePredict() throws {
    let trained = try runs.train("run", epochs: 12)
    #expect(trained.errors.isEmpty && trained.lines.first?.hasPrefix("12 epochs in ") == true)
    #expect(trained.output.contains("recorded in \(runs.path("run"))"))
    #expect(trained.output.contains("tracks right") && trained.output.contains("validation"))
    let names = Set(try FileManager.default.contentsOfDirectory(atPath: runs.path("run")))
    #expect(
      names.isSuperset(of: [
        "run.json", "metrics.jsonl", "best.safetensors", "last.safetensors", "state.safetensors",
        "result.json",
      ]))
    let record = try object(String(decoding: try runs.file("run", "run.json"), as: UTF8.self))
    #expect(record["parameters"] as? Int == 57 * 8 + 8 + 8 * 2 + 2)
    #expect((record["options"] as? [String: String]) == ["hidden": "8"])
    // The result says what evaluate says.
    let evaluated = try runs.run("evaluate", runs.path("run"), "--json")
    #expect(evaluated.code == 0 && evaluated.errors.isEmpty)
    let sides = try object(evaluated.output)
    let result = try object(String(decoding: try runs.file("run", "result.json"), as: UTF8.self))
    #expect(sides.keys.sorted() == ["test", "validation"])
    #expect(NSDictionary(dictionary: sides).isEqual(result["evaluations"]))
    let table = try runs.run("evaluate", runs.path("run"), "--side", "test", "--checkpoint", "last")
    #expect(table.code == 0 && table.lines.count == 2 && table.lines[1].contains("test"))
  }

  /// A file that is predicted is treated as the cache's tracks were.
  @Test(arguments: [
    ["features", "hidden=8"],
    ["waveform", "channels=4,4", "kernels=16,8", "strides=8,4", "pooling=4,1", "hidden=8"],
    ["mel", "trainer"],
  ])
  func predictionsAreTheEvaluations(_ mode: [String]) throws {
    let options = mode.dropFirst().flatMap {
      $0 == "trainer" ? ["--trainer", "mel-small"] : ["--set", $0]
    }
    let trained = try Program.start(
      ["train", mode[0], "--cache", runs.cache, "--output", runs.path("run"), "--epochs", "2"]
        + ["--progress", "none", "--threads", "2"] + options
    ).end()
    #expect(trained.code == 0, "\(trained.errors)")
    let evaluated = try runs.run(
      "evaluate", runs.path("run"), "--json", "--side", "train", "--side", "validation", "--side",
      "test")
    var counts = [[0, 0], [0, 0]]
    for side in try object(evaluated.output).values {
      let matrix = try #require((side as? [String: Any])?["trackConfusion"] as? [[Int]])
      for row in 0..<2 { for column in 0..<2 { counts[row][column] += matrix[row][column] } }
    }
    let predicted = try Program.start(
      ["predict", runs.path("run"), "--json"] + runs.audio.map(\.path)
    ).end()
    #expect(predicted.code == 0 && predicted.errors.isEmpty, "\(predicted.errors)")
    for (line, (path, label)) in zip(predicted.lines, runs.audio) {
      let line = try object(line)
      #expect(line["file"] as? String == path)
      let shares = try #require(line["probabilities"] as? [String: Double])
      #expect(abs((shares["blues"] ?? 0) + (shares["jazz"] ?? 0) - 1) < 1e-5)
      #expect(line["slices"] as? Int == (mode[0] == "waveform" ? 3 : 2))
      let told = try #require(line["label"] as? String)
      #expect(shares[told] == shares.values.max())
      counts[label == "blues" ? 0 : 1][told == "blues" ? 0 : 1] -= 1
    }
    #expect(predicted.lines.count == 24 && counts == [[0, 0], [0, 0]])
  }

  @Test func brokenFilesAmongGoodOnes() throws {
    try runs.train("run")
    let broken = runs.path("broken.wav")
    try Data("RIFF".utf8).write(to: URL(fileURLWithPath: broken))
    let short = runs.path("short.wav")
    try Data(Collection.wave(seed: 1).prefix(1_044)).write(to: URL(fileURLWithPath: short))
    let odd = runs.path("a\nb\u{1B}[31m.wav")
    try Data().write(to: URL(fileURLWithPath: odd))
    let folder = runs.path("empty")
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    let pipe = runs.path("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    let good = runs.audio.map(\.path)
    let result = try runs.run(
      "predict", runs.path("run"), good[0], broken, runs.path("none.wav"), short, odd,
      folder, pipe, good[1])
    #expect(result.code == 3 && result.lines.count == 2)
    #expect(result.lines[0].hasPrefix("\(good[0]): ") && result.lines[1].hasPrefix(good[1]))
    #expect(result.lines[0].contains(" %"))
    let errors = result.errors.split(separator: "\n").map(String.init)
    #expect(errors.count == 6, "\(result.errors)")
    for (line, name) in zip(
      errors, [folder, broken, runs.path("none.wav"), short, "a\\nb\\u{1B}[31m.wav", pipe])
    {
      #expect(line.contains(name) && line.contains("; "), "\(line)")
    }
    let all = try runs.run("predict", runs.path("run"), broken)
    #expect(all.code == 3 && all.output.isEmpty)
  }

  /// Of a folder, every audio file below it is predicted; what is bad is named, and the rest is
  /// finished.
  @Test func aFolderOfMusic() throws {
    try runs.train("run")
    let music = runs.path("music")
    try FileManager.default.createDirectory(
      atPath: "\(music)/disc 1", withIntermediateDirectories: true)
    for (name, source) in [("b.wav", 0), ("disc 1/a.wav", 1)] {
      try FileManager.default.copyItem(atPath: runs.audio[source].path, toPath: "\(music)/\(name)")
    }
    try Data("RIFF".utf8).write(to: URL(fileURLWithPath: "\(music)/broken.wav"))
    try Data("words".utf8).write(to: URL(fileURLWithPath: "\(music)/notes.txt"))
    let result = try runs.run("predict", "run", "music/", runs.audio[2].path, "--json")
    #expect(result.code == 3 && result.lines.count == 3, "\(result.errors)")
    let files = try result.lines.map { try object($0)["file"] as? String }
    #expect(files == ["music/b.wav", "music/disc 1/a.wav", runs.audio[2].path])
    let errors = result.errors.split(separator: "\n")
    #expect(errors.count == 2 && errors[0] == "1 file that is no audio by its name was passed over")
    #expect(errors[1].hasPrefix("music/broken.wav: "))
  }

  /// A label that a side has no sample of is named before the training begins.
  @Test func labelsThatASideLacks() throws {
    let table = (0..<6).map { "t\($0),\($0),\(["blues", "jazz"][$0 % 2])\n" }.joined()
    try Data("filename,tempo,label\n\(table)p0,9,pop\n".utf8).write(
      to: URL(fileURLWithPath: runs.path("table.csv")))
    let result = try runs.run(
      "train", "features", "--csv", "table.csv", "--ratios", "0.5,0.5", "--epochs", "1", "--output",
      "run", "--progress", "none", "--seed", "1")
    #expect(result.code == 0, "\(result.errors)")
    let inTraining = "the training side has no sample of pop: what it lacks cannot be learnt\n"
    let inTest = "test has no sample of pop: what it lacks is not measured\n"
    #expect([inTraining, inTest].contains(result.errors), "\(result.errors)")
  }

  @Test func progressForPrograms() throws {
    let result = try Program.start(runs.arguments("run", ["--progress", "json"])).end()
    #expect(result.code == 0 && result.errors.isEmpty)
    let events = try result.lines.map { try object($0) }
    let names = events.compactMap { $0["event"] as? String }
    #expect(names.first == "began" && names.last == "ended" && names.count == events.count)
    #expect(names.filter { $0 == "epoch" }.count == 3 && names.contains("advanced"))
    let last = try #require(events.last?["value"] as? [String: Any])
    #expect(last["status"] as? String == "finished")
    #expect(events.allSatisfy { $0["value"] is [String: Any] })
  }

  @Test func progressForLogs() throws {
    let result = try Program.start(runs.arguments("run", ["--progress", "plain"])).end()
    let lines = result.errors.split(separator: "\n")
    #expect(result.code == 0 && lines.count == 3 && lines[2].hasPrefix("epoch 3/3  loss "))
    #expect(lines[2].contains("validation: loss ") && lines[2].contains("test: loss "))
    #expect(!result.errors.contains("\u{1B}") && !result.output.contains("\u{1B}"))
  }

  @Test func trainersAreListed() throws {
    let result = try runs.run("train", "--list")
    #expect(result.code == 0 && result.errors.isEmpty)
    for word in [
      "features", "waveform-gammatone", "mel-small", "hidden=", "learning-rate=", "exec:",
    ] {
      #expect(result.output.contains(word), "\(word)")
    }
  }

  /// Where nothing is said, a run gets a folder that nobody has.
  @Test func runsNameThemselves() throws {
    for number in 0..<2 {
      let arguments = runs.arguments("unused", ["--progress", "none"]).filter {
        $0 != "--output" && $0 != runs.path("unused")
      }
      let result = try Program.start(arguments, in: runs.folder).end()
      #expect(result.code == 0, "\(result.errors)")
      let name = "runs/features-stratified-seed1-0.5-0.25-0.25-seed1" + (number == 0 ? "" : "-2")
      #expect(result.output.contains("recorded in \(name)\n"), "\(result.output)")
    }
  }
}
