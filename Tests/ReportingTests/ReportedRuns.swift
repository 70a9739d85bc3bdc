import Corpus
import Foundation
import Training

/// Runs as a trainer would leave them.
enum RunFixtures {
  static func record(
    view: String = "mel", trainer: String = "resnet18", policy: String = "stratified",
    split: String? = nil, test: String = "test", seed: UInt64 = 1,
    labels: [String] = ["a", "b", "c"],
    options: [String: String] = [:], path: String = "/data/gtzan.lathe", learntTracks: Int? = nil
  ) -> RunRecord {
    let name = split ?? "\(policy)-seed\(seed)-0.8-0.2"
    var record = RunRecord(
      trainer: trainer, view: view, source: .init(kind: .cache, path: path, identity: "ab"),
      split: .init(
        name: name, policy: policy, fingerprint: "f-\(name)", sides: ["train", test]),
      sides: .init(training: "train", test: test), labels: labels, sampleShape: [128, 87],
      seed: seed, epochs: 3, batchSize: 32, threads: 2, options: options, parameters: 1_234,
      samples: ["train": 80, test: 20], tracks: ["train": 8, test: 2], lathe: "0.1.0",
      startedAt: "2026-01-02T03:04:05Z")
    record.split.plan = try? SplitPlan(
      policy: SplitPolicy(rawValue: policy) ?? .stratified, seed: seed,
      division: test.hasPrefix("fold-") ? .folds(4) : .ratios([0.8, 0.2]), name: name)
    record.learntTracks = learntTracks.map { [test: $0] }
    return record
  }

  /// A run of three epochs in which so many of ten tracks of each label are right.
  static func run(
    _ record: RunRecord, right: Int = 8, epochs: Int = 3,
    loss: (Int) -> Double = { 1 / Double($0) },
    hasEnded: Bool = true, path: String = "runs/a", message: String? = nil
  ) throws -> RunContents {
    var evaluation = Evaluation(labels: record.labels.count)
    for label in record.labels.indices {
      for track in 0..<10 {
        var probabilities = [Float](repeating: 0, count: record.labels.count)
        probabilities[track < right ? label : (label + 1) % record.labels.count] = 1
        for slice in 0..<2 {
          try evaluation.add(
            track: label * 10 + track, slice: slice, label: label, probabilities: probabilities)
        }
      }
    }
    let result = try evaluation.finish()
    let side = record.sides.test ?? "test"
    let rows = (1...max(1, epochs)).prefix(epochs).map { epoch in
      EpochRecord(
        epoch: epoch, train: .init(loss: loss(epoch), accuracy: 0.5),
        evaluations: [side: result.metrics], learningRate: 0.01, seconds: 2, trainSeconds: 1.5,
        loaderSeconds: 0.1, samplesPerSecond: 53, isBest: epoch == 2)
    }
    return RunContents(
      path: path, record: record, epochs: rows,
      result: hasEnded
        ? ResultRecord(
          status: message == nil ? .finished : .failed, epochs: epochs,
          bestEpoch: epochs == 0 ? nil : min(2, epochs), seconds: 6.5, message: message,
          evaluations: [side: result]) : nil)
  }

  /// Whether it is well-formed XML, as far as a drawing needs it.
  static func isWellFormed(_ xml: [UInt8]) -> Bool {
    // Every tag that opens is closed in order, and no angle bracket or ampersand stands alone.
    var open: [Substring] = []
    var rest = Substring(String(decoding: xml, as: UTF8.self))
    while let start = rest.firstIndex(of: "<") {
      if rest[..<start].contains(">") { return false }
      guard let end = rest[start...].firstIndex(of: ">") else { return false }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("?") || tag.hasPrefix("!") || tag.hasSuffix("/") { continue }
      if tag.filter({ $0 == "\"" }).count % 2 != 0 { return false }
      if tag.hasPrefix("/") {
        guard open.popLast() == tag.dropFirst() else { return false }
      } else {
        open.append(tag.prefix { !$0.isWhitespace })
      }
    }
    return open.isEmpty
  }
}
