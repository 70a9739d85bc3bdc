import Foundation
import Testing

/// What cannot be trained, measured or predicted is refused in a line that says why and what to do.
@Suite struct TrainRefusalTests {
  let runs: TrainingRuns

  init() throws { runs = try TrainingRuns() }

  @Test(arguments: [
    (["train"], "What to train on?"), (["train", "Drums!", "--cache", "c"], "Drums!"),
    (["train", "features"], "Give --cache or --csv"),
    (["train", "features", "--cache", "c", "--csv", "t"], "one of the two"),
    (["train", "features", "--csv", "t", "--split", "s"], "--ratios"),
    (["train", "features", "--cache", "c", "--ratios", "0.8,0.2"], "lathe split"),
    (["train", "mel", "--csv", "t"], "A table has features"),
    (["train", "features", "--cache", "c", "--epochs", "0"], "--epochs 0"),
    (["train", "features", "--cache", "c", "--epochs", "many"], "many"),
    (["train", "features", "--cache", "c", "--batch", "-1"], "--batch"),
    (["train", "features", "--cache", "c", "--threads", "0"], "--threads 0"),
    (["train", "features", "--cache", "c", "--threads", "999999"], "--threads 999999"),
    (["train", "features", "--cache", "c", "--patience", "0"], "--patience 0"),
    (["train", "features", "--cache", "c", "--normalise", "second"], "overall"),
    (["train", "features", "--cache", "c", "--augment", "{"], "line 1 is not sound JSON"),
    (["train", "features", "--cache", "c", "--augment", #"{"mixup":{"alpha":-1}}"#], "mixup"),
    (["train", "features", "--cache", "c", "--progress", "loud"], "'json'"),
    (["train", "features", "--cache", "c", "--output", ""], "--output"),
    (["train", "features", "--cache", ""], "--cache"),
    (["train", "features", "--cache", "c", "--loud"], "--loud"),
    (["train", "--resume", ""], "--resume"),
    (["evaluate"], "<run-dir>"), (["evaluate", "r", "--checkpoint", "worst"], "'best'"),
    (["predict"], "<run-dir>"), (["predict", "r"], "<files>"),
  ])
  func usage(_ arguments: [String], _ words: String) throws {
    let result = try Program.start(arguments, in: runs.folder).end()
    #expect(result.code == 2 && result.output.isEmpty, "\(result.errors)")
    #expect(result.errors.contains(words), "\(result.errors)")
    #expect(result.errors.range(of: "usage: lathe", options: .caseInsensitive) != nil)
    #expect(try FileManager.default.contentsOfDirectory(atPath: runs.folder).isEmpty)
  }

  /// Names and values that only the cache or the trainer can judge.
  @Test(arguments: [
    (
      ["--split", "none"], 2,
      "it has stratified-seed1-0.5-0.25-0.25; make another with: lathe split "
    ),
    (["--test", "exam"], 2, "it has train, validation, test"),
    (["--selection", "exam"], 2, "it has train, validation, test"),
    (["--test", "train"], 2, "learnt from"), (["--selection", "train"], 2, "learnt from"),
    (["--test", "validation", "--selection", "validation"], 2, "chooses"),
    (["--trainer", "exec: "], 1, "there is no command"),
    (["--trainer", "forest"], 1, "give one of features, "),
    (["--trainer", "mel"], 1, "takes samples of two axes"),
    (["--set", "depth=3"], 1, "it knows hidden"), (["--set", "dropout"], 1, "name=value"),
    (["--set", "dropout=1.5"], 1, "a number from 0.0 to 0.95"),
    (["--set", "dropout=nan"], 1, "'nan' cannot be used"),
    (["--set", "dropout=0.1", "--set", "dropout=0.2"], 1, "given twice"),
    (["--set", "hidden=8,,8"], 1, "'8,,8' cannot be used"), (["--set", "hidden="], 1, "'' cannot"),
    (["--set", "optimiser=adam"], 1, "one of adamw, sgd"),
    (["--augment", #"{"gain":{"decibels":[-6,6]}}"#], 1, "gain"),
  ])
  func choices(_ options: [String], _ code: Int32, _ words: String) throws {
    let result = try Program.start(
      ["train", "features", "--cache", runs.cache, "--output", runs.path("run"), "--epochs", "1"]
        + options, in: runs.folder
    ).end()
    if code == 1 { expectOneLine(result, words) }
    #expect(result.code == code && result.output.isEmpty, "\(result.errors)")
    #expect(result.errors.contains(words), "\(result.errors)")
    // Nothing is left behind by what could not begin.
    #expect(!FileManager.default.fileExists(atPath: runs.path("run")))
  }

  @Test func placesThatAreNone() throws {
    try Data("text".utf8).write(to: URL(fileURLWithPath: runs.path("file")))
    try FileManager.default.createDirectory(
      atPath: runs.path("full/sub"), withIntermediateDirectories: true)
    expectOneLine(try runs.run("train", "mel", "--cache", "nowhere"), "nowhere")
    expectOneLine(try runs.run("train", "mel", "--cache", "file"), "file")
    expectOneLine(try runs.run("train", "mel", "--cache", runs.collection.audio))
    for (argument, words) in [
      ("file", "it is a file"), ("file/x", "Not a directory"), ("full", "it is no run, and holds"),
    ] {
      var arguments = runs.arguments("x")
      arguments[5] = argument
      expectOneLine(try Program.start(arguments, in: runs.folder).end(), argument, words)
    }
    for verb in [["train", "--resume"], ["evaluate"], ["predict"]] {
      for run in ["nowhere", "full", "file"] {
        let more = verb == ["predict"] ? [runs.audio[0].path] : []
        let result = try Program.start(verb + [run] + more, in: runs.folder).end()
        expectOneLine(result, run, "there is no run", "lathe train")
      }
    }
  }

  @Test func severalSplitsAreNotGuessed() throws {
    let cache = runs.path("cache")
    try FileManager.default.copyItem(atPath: runs.cache, toPath: cache)
    #expect(try runs.run("split", cache, "--folds", "3", "--policy", "stratified").code == 0)
    let spare = runs.path("spare")
    try FileManager.default.copyItem(atPath: cache, toPath: spare)
    #expect(try runs.run("split", spare, "--folds", "2", "--policy", "stratified").code == 0)
    #expect(try runs.run("split", spare, "--remove", "stratified-seed1-0.5-0.25-0.25").code == 0)
    let result = try runs.run("train", "features", "--cache", spare)
    #expect(result.code == 2 && result.errors.contains("it has 2 splits and none is the default"))
    #expect(result.errors.contains("lathe split \(spare) --default stratified-seed1-2folds"))
    // Of folds, one is left out.
    let trained = try runs.run(
      "train", "features", "--cache", cache, "--split", "stratified-seed1-3folds", "--test",
      "fold-2", "--epochs", "1", "--set", "hidden=8", "--progress", "none", "--output", "run")
    #expect(trained.code == 0, "\(trained.errors)")
    let record = String(decoding: try runs.file("run", "run.json"), as: UTF8.self)
    #expect(record.contains(#""training" : "fold-1+fold-3""#))
    let evaluated = try runs.run("evaluate", "run", "--side", "fold-2", "--side", "fold-1")
    #expect(evaluated.code == 0 && evaluated.lines.count == 3, "\(evaluated.errors)")
    let other = try runs.run(
      "evaluate", "run", "--split", "stratified-seed1-0.5-0.25-0.25", "--side", "test")
    #expect(other.code == 0 && other.errors.contains("of it were trained on"), "\(other.errors)")
    // Of the two, one was learnt from.
    #expect(evaluated.errors == "fold-1: 8 tracks of it were trained on\n")
    // Without a word about sides, those that were learnt from are left out.
    let usual = try runs.run("evaluate", "run")
    #expect(usual.code == 0 && usual.lines.count == 2 && usual.output.contains("fold-2"))
    let unknown = try runs.run("evaluate", "run", "--side", "fold-9")
    #expect(unknown.code == 2 && unknown.errors.contains("it has fold-1, fold-2, fold-3"))
    let noSplit = try runs.run("evaluate", "run", "--split", "mine")
    #expect(noSplit.code == 2 && noSplit.errors.contains("it has no split 'mine'"))
  }

  /// Under a split by slices the own test side has tracks that were trained on, and it is said.
  @Test func leaksAreTold() throws {
    let cache = runs.path("cache")
    try FileManager.default.copyItem(atPath: runs.cache, toPath: cache)
    #expect(
      try runs.run("split", cache, "--split", "0.5,0.5", "--policy", "slices", "--name", "s").code
        == 0)
    let trained = try runs.run(
      "train", "features", "--cache", cache, "--split", "s", "--epochs", "1", "--set", "hidden=8",
      "--progress", "none", "--output", "run")
    #expect(trained.code == 0, "\(trained.errors)")
    let evaluated = try runs.run("evaluate", "run")
    #expect(
      evaluated.code == 0 && evaluated.errors.hasPrefix("test: ")
        && evaluated.errors.contains("of it were trained on"), "\(evaluated.errors)")
  }

  @Test func otherCachesAndLabels() throws {
    try runs.train("run")
    let other = try Collection(tracks: 12)
    #expect(try other.prepare("--progress", "none", "--split", "0.5,0.25,0.25").code == 0)
    expectOneLine(
      try runs.run("evaluate", "run", "--cache", other.cache), other.cache,
      "its samples are not those", "train again")
    for index in 0..<4 {
      try other.write(Collection.wave(seed: 90 + index), "audio/pop/p\(index).wav")
    }
    let third = "\(other.path)/third"
    #expect(
      try other.prepare("--progress", "none", "--split", "0.5,0.25,0.25", cache: third).code == 0)
    expectOneLine(
      try runs.run("evaluate", "run", "--cache", third), "its labels are blues, jazz, pop",
      "and the run's blues, jazz")
  }

  @Test func oneLabelOnly() throws {
    let other = try Collection(tracks: 8)
    let cache = "\(other.path)/one"
    for index in stride(from: 1, to: 8, by: 2) {
      try FileManager.default.removeItem(atPath: "\(other.audio)/jazz/t\(index).wav")
    }
    try FileManager.default.removeItem(atPath: "\(other.audio)/jazz")
    #expect(try other.prepare("--progress", "none", "--split", "0.5,0.5", cache: cache).code == 0)
    let result = try runs.run("train", "features", "--cache", cache)
    expectOneLine(result, "all samples have the label 'blues'", "two labels or more")
    #expect(!FileManager.default.fileExists(atPath: runs.path("runs")))
  }

  @Test func damagedRuns() throws {
    try runs.train("run")
    let best = try runs.file("run", "best.safetensors")
    let url = URL(fileURLWithPath: "\(runs.path("run"))/best.safetensors")
    for length in [0, 20, best.count - 1] {
      try best.prefix(length).write(to: url)
      expectOneLine(try runs.run("evaluate", "run"), "best.safetensors", "train again")
      expectOneLine(try runs.run("predict", "run", runs.audio[0].path), "best.safetensors")
    }
    try FileManager.default.removeItem(at: url)
    expectOneLine(try runs.run("evaluate", "run"), "it is not there")
    #expect(try runs.run("evaluate", "run", "--checkpoint", "last").code == 0)
    // A checkpoint of another network.
    try Program.start(runs.arguments("wide", ["--set", "dropout=0"])).end().code.expectZero()
    let other = runs.arguments("other").map { $0 == "hidden=8" ? "hidden=9" : $0 }
    try Program.start(other).end().code.expectZero()
    try FileManager.default.copyItem(
      at: URL(fileURLWithPath: "\(runs.path("other"))/best.safetensors"), to: url)
    expectOneLine(try runs.run("evaluate", "run"), "tensor 'layers.0.weight'", "very network")
    try best.write(to: url)
    #expect(try runs.run("evaluate", "run").code == 0)
    // Records that were tampered with.
    let record = String(decoding: try runs.file("run", "run.json"), as: UTF8.self)
    for (old, new) in [
      (#""trainer" : "features""#, #""trainer" : "forest""#), ("    57", "    57, 1099511627776"),
      (#""view" : "features""#, #""view" : "smell""#),
      (#""batchSize" : 4"#, #""batchSize" : 4000000000000"#),
      (#""hidden" : "8""#, #""hidden" : "x""#), (#""epochs" : 3"#, #""epochs" : "3""#),
    ] {
      #expect(record.contains(old), "\(old)")
      try Data(record.replacingOccurrences(of: old, with: new).utf8).write(
        to: URL(fileURLWithPath: "\(runs.path("run"))/run.json"))
      expectOneLine(try runs.run("evaluate", "run"))
      expectOneLine(try runs.run("predict", "run", runs.audio[0].path))
    }
  }

  /// A rate beyond all reason: the run says where it broke.
  @Test func divergence() throws {
    let result = try Program.start(
      runs.arguments(
        "run", epochs: 50,
        ["--progress", "none", "--set", "learning-rate=1000", "--set", "optimiser=sgd"]
          + ["--set", "schedule=constant", "--set", "label-smoothing=0"])
    ).end()
    expectOneLine(result, "epoch ", "lower the learning rate")
    #expect(
      String(decoding: try runs.file("run", "result.json"), as: UTF8.self)
        .contains(#""status" : "diverged""#))
  }
}

extension Int32 {
  fileprivate func expectZero() { #expect(self == 0) }
}
