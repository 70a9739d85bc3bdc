import Corpus
import Foundation
import Reporting
import Testing
import Training

/// Reports of runs whose tracks have several labels.
@Suite struct TagReportTests {
  private static let labels = ["fast", "loud", "rare <1>"]

  /// A run that ranks the better the higher `skill`, from 0 to 1; no track of the side has the third label.
  private func run(
    _ trainer: String, seed: UInt64 = 1, skill: Double
  ) throws -> RunContents {
    var random = CounterGenerator(seed: seed, stream: trainer)
    func number() -> Double { Double(random.next() >> 11) / Double(1 << 53) }
    let tags = (0..<40).map { _ in
      Dictionary(
        uniqueKeysWithValues: [0, 1].filter { _ in number() < 0.4 }.map { ($0, Float(1)) })
    }
    let samples = try MemorySamples(
      name: "side", identity: "side", shape: [1], labels: Self.labels,
      trackIDs: tags.indices.map { "t\($0)" },
      rows: tags.indices.map { .init(label: -1, track: $0, slice: 0) },
      values: [Float](repeating: 0, count: 40), tags: tags)
    var gathering = SideGathering(of: samples)
    for track in tags.indices {
      let scores = (0..<3).map { label in
        Float(skill * Double(tags[track][label] ?? 0) + (1 - skill) * number())
      }
      try gathering.add(
        SampleLocation(track: track, slice: 0), SampleTruth(of: track, in: samples),
        probabilities: scores)
    }
    let result = try gathering.finish()
    var record = RunFixtures.record(trainer: trainer, seed: seed, labels: Self.labels)
    record.tagged = true
    let epochs = (1...2).map {
      EpochRecord(
        epoch: $0, train: .init(loss: 0.5, accuracy: 0.1), evaluations: ["test": result.metrics],
        isBest: $0 == 2)
    }
    return RunContents(
      path: "runs/\(trainer)-\(seed)", record: record, epochs: epochs,
      result: ResultRecord(
        status: .finished, epochs: 2, bestEpoch: 2, seconds: 3, evaluations: ["test": result]))
  }

  @Test func tablesHaveTheMeasuresAndPicturesTheCurves() throws {
    let report = try Report(
      runs: [run("poor", skill: 0.1), run("good", skill: 0.9), run("good", seed: 2, skill: 0.9)])
    let titles = report.table[0]
    let precision = try #require(titles.firstIndex(of: "PR-AUC"))
    #expect(titles[precision + 1] == "ROC-AUC")
    #expect(report.table.allSatisfy { $0.count == titles.count })
    #expect(report.table[2][precision].hasPrefix("1.000 ± "))
    let names = report.figures().map(\.name)
    for part in ["precision-and-recall", "receiver-operating", "ranking-by-epoch"] {
      #expect(names.count { $0.contains(part) } == 2, "\(names)")
    }
    #expect(!names.contains { $0.contains("confusion") || $0.contains("accuracy") })
    let page = String(decoding: try report.html(), as: UTF8.self)
    #expect(page.contains("all pairs of track and label") && page.contains("rare &lt;1&gt;"))
    #expect(page.contains("cannot be ranked (1)"))
    let files = try Dictionary(
      uniqueKeysWithValues: report.results().map {
        ($0.name, String(decoding: $0.bytes, as: UTF8.self))
      })
    let markdown = try #require(files["results.md"]?.split(separator: "\n"))
    // The better of the two is bold in the column of its measure, and nowhere else.
    #expect(markdown[0].contains("| macro F1 | PR-AUC | ROC-AUC |"))
    #expect(markdown.filter { $0.contains("**") }.count == 1)
    #expect(markdown.contains { $0.contains("good") && $0.contains("| **1.000 ± ") })
    let rows = try #require(files["results.csv"]?.split(separator: "\n"))
    #expect(
      rows[0].hasSuffix(
        "macro_average_precision,micro_average_precision,macro_roc_auc,micro_roc_auc"))
    #expect(files["results.json"]?.contains("\"microROCAUC\"") == true)
    #expect(files["results.tex"]?.contains("PR-AUC") == true)
  }

  @Test(arguments: RankingChart.Kind.allCases)
  func curvesAreDrawn(kind: RankingChart.Kind) throws {
    let scores = try #require(try run("good", skill: 0.6).result?.evaluations["test"]?.tags)
    let chart = RankingChart(title: "Curves", kind: kind, scores: scores)
    for figure in [chart, try #require(chart.narrowed)] as [any Figure] {
      #expect(RunFixtures.isWellFormed(try figure.rendered(.svg)))
    }
  }
}
