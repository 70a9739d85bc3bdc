import ArgumentParser
import Corpus
import DatasetCache
import Foundation
import Training

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure what a run has learnt, on any side of any split.",
    discussion: """
      Of a run by an embedded trainer. Accuracy is given by slices and by tracks (the mean of the slices' \
      probabilities decides), with a 95 % interval over tracks. On another split than the run's own, and \
      on one by slices, tracks that were trained on may be among those measured; how many is said.

      Examples:
        lathe evaluate runs/a
        lathe evaluate runs/a --side validation --checkpoint last --json
        lathe evaluate runs/a --split grouped-seed2-0.8-0.1-0.1
      """)

  @Argument(help: ArgumentHelp("The run.", valueName: "run-dir"), completion: .directory)
  var runDirectory: String

  @Option(help: "The cache; where the run found it if not given.", completion: .directory)
  var cache: String?

  @Option(help: "A split of the cache; the run's own if not given.")
  var split: String?

  @Option(help: "A side; may be given several times. All but the training side if not given.")
  var side: [String] = []

  @Option(help: "Which weights: best or last.")
  var checkpoint = TrainedModel.Checkpoint.best

  @Flag(help: "Print metrics and confusion matrices as JSON.")
  var json = false

  func run() throws {
    let model = try TrainedModel(run: runDirectory, checkpoint: checkpoint)
    let record = model.record
    let own = try TrainingJob.place(of: record, in: runDirectory, at: cache)
    let trained = try own.samples(record.sides.trainingSides)
    try TrainingJob.check(record, trained, at: own.path)
    let place = try self.place(own, record)
    let isOther = place.split.plan.name != record.split.name
    let learnt = record.sides.trainingSides
    let sides =
      side.isEmpty ? place.split.sides.filter { isOther || !learnt.contains($0) } : side
    var evaluations: [String: SideEvaluation] = [:]
    for name in sides {
      guard let samples = try place.samplesIfAny(name) else {
        Output.error("\(Words.shown(name)): no samples, left out")
        continue
      }
      evaluations[name] = try model.evaluation(of: samples)
      if isOther || name != record.sides.training { remark(name, samples, trained) }
    }
    guard !evaluations.isEmpty else {
      throw TrainingError(
        kind: .data, subject: place.split.plan.name, detail: "no side of it is left to measure",
        hint: "name one with --side, or another split")
    }
    if json { return try Output.json(evaluations, pretty: true) }
    TrainingText.table(evaluations).forEach { Output.line($0) }
  }

  private func place(_ own: TrainingPlace, _ record: RunRecord) throws -> TrainingPlace {
    guard let split, split != record.split.name, let view = View(rawValue: record.view) else {
      return own
    }
    guard let other = try own.divided(by: split, view: view) else {
      throw ValidationError("--split names a split of a cache; this run was trained on a table.")
    }
    return other
  }

  /// Says how many of the measured tracks were trained on.
  private func remark(_ name: String, _ samples: any SampleSource, _ trained: any SampleSource) {
    func tracks(_ source: any SampleSource) -> Set<String> {
      Set((0..<source.count).lazy.map { source.trackID(source.place(of: $0).track) })
    }
    let shared = tracks(samples).intersection(tracks(trained)).count
    if shared > 0 {
      Output.error("\(Words.shown(name)): \(Words.tracks(shared)) of it were trained on")
    }
  }
}

extension TrainedModel.Checkpoint: ExpressibleByArgument {}
