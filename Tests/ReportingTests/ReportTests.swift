import Corpus
import DataLoading
import Foundation
import TestSupport
import Testing
import Training

@testable import Reporting

@Suite struct ReportTests {
  private func page(_ runs: [RunContents], title: String = "T") throws -> String {
    String(decoding: try Report(runs: runs, title: title).html(), as: UTF8.self)
  }

  @Test func theTableComesFirstAndHasTheFigures() throws {
    let text = try page([RunFixtures.run(RunFixtures.record())])
    let table = try #require(text.firstRange(of: "<table class=\"results cards\">"))
    let section = try #require(text.firstRange(of: "<h2 id=\"run-1\">"))
    #expect(table.lowerBound < section.lowerBound)
    for words in ["80.0 %", "[62.7, 90.5]", "0.800", "1,234", "6.5 s", "mel, resnet18, stratified"]
    {
      #expect(text.contains(words), "\(words)")
    }
    #expect(!text.contains("What leaks gain"))
    #expect(text.contains(">a</td><td data-title=\"Taken for\">b</td>"))
  }

  @Test func pagesNeedNothingElse() throws {
    let text = try page([RunFixtures.run(RunFixtures.record())])
    for words in ["<script", "http-equiv", "<link", "<img", "src=", "@import", "url(http"] {
      #expect(!text.contains(words), "\(words)")
    }
    #expect(text.contains("prefers-color-scheme:dark") && text.contains("@media print"))
    #expect(text.components(separatedBy: "<svg role=\"img\"").count == 9)
  }

  @Test func theSameRunsGiveTheSamePage() throws {
    let runs = try (1...4).map {
      try RunFixtures.run(
        RunFixtures.record(policy: ["grouped", "slices"][$0 % 2], seed: UInt64($0)),
        path: "runs/\($0)")
    }
    #expect(try page(runs) == page(runs))
  }

  /// Names of shapes in one figure must not be those of another.
  @Test func figuresDoNotShareNames() throws {
    let text = try page([RunFixtures.run(RunFixtures.record())])
    let names = text.split(separator: " id=\"").dropFirst().compactMap {
      $0.split(separator: "\"").first
    }
    #expect(names.count > 20 && Set(names).count == names.count)
    // Letters that figures have in common are there once.
    let outlines = text.components(separatedBy: "<symbol").dropFirst().compactMap {
      $0.components(separatedBy: " d=\"").dropFirst().first?.components(separatedBy: "\"").first
    }
    #expect(outlines.count > 20 && Set(outlines).count == outlines.count)
    let used = text.split(separator: "href=\"#").dropFirst().compactMap {
      $0.split(separator: "\"").first
    }
    #expect(used.count > 20 && Set(used).isSubset(of: Set(names)))
  }

  @Test func everyTextIsEscaped() throws {
    let attack = "<script>alert('x')</script>\"&\u{1}\u{202E}"
    let record = RunFixtures.record(
      trainer: "exec:\(attack)", policy: "published:\(attack)", split: attack, test: attack,
      labels: [attack, "b"], options: [attack: attack], path: attack)
    let run = try RunFixtures.run(record, path: attack, message: attack)
    let text = try page(
      [
        run,
        RunContents(
          path: attack, record: record, epochs: [], result: nil, remarks: [attack]),
      ], title: attack)
    #expect(!text.contains("<script") && !text.contains("alert('x')"))
    #expect(!text.contains("\u{1}") && !text.contains("\u{202E}"))
    #expect(text.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;\u{FFFD}"))
    #expect(!text.contains("=\"<"))
  }

  @Test func foldsArePooled() throws {
    let runs = try (1...4).map { fold in
      try RunFixtures.run(
        RunFixtures.record(split: "stratified-seed1-4folds", test: "fold-\(fold)"),
        right: 6 + fold % 2 * 2, path: "runs/\(fold)")
    }
    let groups = RunGroup.groups(of: runs)
    #expect(groups.count == 1 && groups[0].kind == .folds)
    let figures = try #require(GroupFigures(groups[0]))
    #expect(abs(figures.trackAccuracy.mean - 0.7) < 1e-12 && figures.tracks == 120)
    #expect(abs((figures.trackAccuracy.deviation ?? 0) - 0.1 * 2 / 3.0.squareRoot()) < 1e-9)
    #expect(figures.interval == WilsonInterval.bounds(successes: 84, trials: 120))
    #expect(figures.trackConfusion?.total == 120)
    let text = try page(runs)
    #expect(text.contains("4 folds") && text.contains("70.0 ± 11.5 %"))
    #expect(text.contains("tested in turn on fold-1, fold-2, fold-3, fold-4"))
    #expect(text.contains("Each of the 4 runs"))
  }

  @Test func foldsOfTwoSplitsAreNoSeeds() throws {
    let runs = try (1...2).flatMap { seed in
      try (1...2).map { fold in
        try RunFixtures.run(
          RunFixtures.record(
            split: "stratified-seed\(seed)-2folds", test: "fold-\(fold)", seed: UInt64(seed)),
          path: "runs/\(seed)-\(fold)")
      }
    }
    let groups = RunGroup.groups(of: runs)
    #expect(groups.count == 1 && groups[0].kind == .repeats && groups[0].testsSeveralSides)
    #expect(GroupFigures(groups[0])?.interval == nil)
    #expect(try page(runs).contains("4 folds"))
  }

  @Test func foldsBySlicesHaveNoInterval() throws {
    let runs = try (1...3).map { fold in
      try RunFixtures.run(
        RunFixtures.record(
          policy: "slices", split: "slices-seed1-3folds", test: "fold-\(fold)"),
        path: "runs/\(fold)")
    }
    let group = try #require(RunGroup.groups(of: runs).first)
    #expect(group.kind == .folds && GroupFigures(group)?.interval == nil)
    #expect(GroupFigures(group)?.tracks == 30)
  }

  @Test func seedsAreRepeatsWithoutAnInterval() throws {
    let runs = try (1...3).map {
      try RunFixtures.run(RunFixtures.record(seed: UInt64($0)), right: 5 + $0)
    }
    let groups = RunGroup.groups(of: runs)
    #expect(groups.count == 1 && groups[0].kind == .repeats)
    #expect(GroupFigures(groups[0])?.interval == nil && GroupFigures(groups[0])?.tracks == 30)
  }

  /// The seed of a split is in its plan, not in its name.
  @Test func splitsOfOnePlanArePooled() throws {
    func groups(_ change: (inout RunRecord) -> Void) throws -> [RunGroup] {
      RunGroup.groups(
        of: try (1...2).map { seed in
          var record = RunFixtures.record(split: "split number \(seed)", seed: UInt64(seed))
          change(&record)
          return try RunFixtures.run(record)
        })
    }
    #expect(try groups { _ in }.map(\.kind) == [.repeats])
    #expect(try groups { $0.split.plan = nil }.map(\.kind) == [.single, .single])
    let unlike = try groups {
      guard $0.seed == 2 else { return }
      $0.split.plan = try? SplitPlan(seed: 2, division: .ratios([0.5, 0.5]))
    }
    #expect(unlike.map(\.kind) == [.single, .single])
  }

  @Test func theSameRunTwiceIsNotPooled() throws {
    let runs = try ["a", "b"].map { try RunFixtures.run(RunFixtures.record(), path: $0) }
    let groups = RunGroup.groups(of: runs)
    #expect(groups.map(\.kind) == [.single, .single])
    #expect(groups.map(\.variant) == ["a", "b"])
  }

  @Test func optionsTellConfigurationsApart() throws {
    let runs = try ["0.1", "0.2"].map {
      try RunFixtures.run(RunFixtures.record(options: ["dropout": $0, "rate": "1"]))
    }
    let names = RunGroup.groups(of: runs).map(\.name)
    #expect(
      names == ["mel, resnet18, stratified, dropout 0.1", "mel, resnet18, stratified, dropout 0.2"])
  }

  @Test func leaksAreMeasuredFromTheStrictestSplit() throws {
    let runs = try [("slices", 9), ("grouped", 5), ("stratified", 7)].map {
      try RunFixtures.run(RunFixtures.record(policy: $0), right: $1)
    }
    let groups = RunGroup.groups(of: runs)
    #expect(groups.map(\.record.split.policy) == ["grouped", "stratified", "slices"])
    let gaps = try #require(LeakGaps(groups).families.first)
    #expect(gaps.map { ($0.trackGap ?? 0) * 10 }.map { ($0 * 1e6).rounded() / 1e6 } == [0, 2, 4])
    let text = try page(runs)
    #expect(text.contains("What leaks gain") && text.contains("+40.0") && text.contains("+20.0"))
  }

  @Test func runsThatHaveNotEndedAreShown() throws {
    let record = RunFixtures.record()
    let running = try RunFixtures.run(record, hasEnded: false)
    #expect(try page([running]).contains("not ended"))
    #expect(try page([running]).contains("80.0 %"))
    let fresh = RunContents(path: "p", record: record, epochs: [], result: nil)
    #expect(try page([fresh]).contains("–"))
    let diverged = try RunFixtures.run(
      record, epochs: 2, loss: { $0 == 1 ? 2 : .nan }, message: "loss is NaN in epoch 2, batch 7")
    #expect(try page([diverged]).contains("loss is NaN in epoch 2, batch 7"))
    #expect(throws: ReportError.self) { try Report(runs: []) }
  }

  @Test func hundredsOfLabelsHaveATableWithoutAPicture() throws {
    let run = try RunFixtures.run(RunFixtures.record(labels: (0..<150).map { "l\($0)" }))
    let report = try Report(runs: [run])
    #expect(report.figures().map(\.name).allSatisfy { !$0.contains("confusion") })
    #expect(String(decoding: try report.html(), as: UTF8.self).contains(">l149</td>"))
  }

  @Test func figuresHaveNamesThatSayWhatTheyShow() throws {
    // The last two would have one name.
    let runs = try ["../../etc/passwd", "exec:rm -rf /", "Größe", "長い", "a b", "a/b"].map {
      try RunFixtures.run(RunFixtures.record(trainer: $0))
    }
    let names = try Report(runs: runs).figures().map(\.name)
    #expect(Set(names).count == names.count && names.count == 1 + 6 * 4)
    for name in [
      "accuracy-of-all", "mel-etc-passwd-stratified-loss-by-epoch",
      "mel-exec-rm-rf-stratified-accuracy-by-epoch",
      "mel-größe-stratified-confusion-of-tracks", "mel-長い-stratified-confusion-of-slices",
      "mel-a-b-stratified-loss-by-epoch", "mel-a-b-stratified-loss-by-epoch-2",
    ] {
      #expect(names.contains(name), "\(name)")
    }
    for name in names {
      #expect(!name.contains("/") && !name.contains(".") && !name.contains(":"))
    }
  }

  @Test func longNamesKeepWhatFiguresShow() {
    var names = FigureNames()
    let long = String(repeating: "é ", count: 300)
    let first = names.name([long, "loss by epoch"])
    let second = names.name([long, "loss by epoch"])
    #expect(first.hasSuffix("-loss-by-epoch") && second == first + "-2")
    #expect(names.name([long, long]).utf8.count <= 200 && second.utf8.count <= 200)
    #expect(names.name(["\u{202E}//"]) == "figure" && names.name([""]) == "figure-2")
    // No two are one file where a name has been numbered already, or capitals don't count.
    #expect(names.name(["figure 2"]).hasPrefix("figure-2-") && names.name(["ß"]) == "ß")
    #expect(names.name(["ss"]).hasPrefix("ss-") && names.name(["CON"]).hasPrefix("_con-"))
  }

  @Test func commandsAreForAShell() {
    var record = RunFixtures.record(trainer: "exec:it's $HOME", options: ["rate": "0.1"])
    record.patience = 5
    #expect(
      RunCommand.text(record)
        == "lathe train mel --cache /data/gtzan.lathe --split stratified-seed1-0.8-0.2 "
        + "--trainer 'exec:it'\\''s $HOME' --epochs 3 --batch 32 --seed 1 --threads 2 "
        + "--set rate=0.1 --patience 5 --normalise none --augment none")
    var table = record
    table.source.kind = .csv
    // The plan says it, whatever the split is called.
    table.split.name = "mine-seed7-0.5-0.5"
    #expect(RunCommand.text(table).contains("--policy stratified --split-seed 1 --ratios 0.8,0.2"))
    var unplanned = table
    unplanned.split.plan = nil
    #expect(RunCommand.text(unplanned).contains("--policy stratified --trainer"))
    table.manifest = "gtzan"
    table.batches = .stream
    #expect(RunCommand.text(table).contains("--ratios 0.8,0.2 --manifest gtzan"))
    #expect(RunCommand.text(table).contains("--batches stream"))
    // What nothing chose is trained again so.
    #expect(!RunCommand.text(table).contains("--selection"))
    table.split.sides.append("validation")
    #expect(RunCommand.text(table).contains("--selection none"))
    table.sides.selection = "validation"
    #expect(!RunCommand.text(table).contains("--selection"))
  }

  @Test func aRunOfThePythonPackageIsRepeatedByIt() {
    let record = RunFixtures.record(
      trainer: "torch-mel-small",
      options: ["dropout": "0.2", "channels-last": "true", "network": "mel-small"])
    #expect(
      RunCommand.text(record)
        == "python -m lathe.train mel --cache /data/gtzan.lathe --split stratified-seed1-0.8-0.2 "
        + "--training-side train --selection-side none --test-side test --network mel-small "
        + "--epochs 3 --batch-size 32 --seed 1 --dropout 0.2 --normalise none --channels-last "
        + "--augmentation none")
  }

  @Test func runsThatLearntFromOtherSamplesAreNotPooled() throws {
    var plain = RunFixtures.record()
    plain.seed = 2
    var augmented = RunFixtures.record()
    augmented.augmentation = Augmentation()
    augmented.augmentation?.mixup = Augmentation.Mixup(alpha: 0.2)
    let groups = RunGroup.groups(
      of: try [plain, augmented].map { try RunFixtures.run($0) })
    #expect(groups.map(\.kind) == [.single, .single])
    #expect(Set(groups.map(\.variant)).count == 2)
    #expect(groups.contains { $0.variant.contains("not augmented") })
  }

  @Test func filesAreReplacedWhole() throws {
    let temporary = try TemporaryFolder()
    let folder = temporary.path
    try OutputFile.makeFolder("\(folder)/a/b")
    let path = "\(folder)/a/b/page.html"
    try OutputFile.write([1, 2, 3], to: path)
    try OutputFile.write([4], to: path, isDurable: false)
    #expect(FileManager.default.contents(atPath: path) == Data([4]))
    let full = try #require(throws: ReportError.self) { try OutputFile.write([1], to: "/dev/full") }
    #expect(full.kind == .noSpace)
    let missing = try #require(throws: ReportError.self) {
      try OutputFile.write([1], to: "\(folder)/none/page.html")
    }
    #expect(missing.kind == .unwritable && missing.description.contains("none/page.html"))
    #expect(throws: ReportError.self) { try OutputFile.write([1], to: "\(folder)/a/b") }
    #expect(throws: ReportError.self) { try OutputFile.makeFolder("\(path)/c") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/a/b") == ["page.html"])
  }
}
