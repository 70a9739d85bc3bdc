import ArgumentParser
import Corpus
import DatasetCache
import Foundation
import Preparation
import Training

struct Predict: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell the labels of audio files by what a run has learnt.",
    discussion: """
      Each file is decoded and prepared as the run's cache was; its slices vote (the mean of their \
      probabilities). A file that cannot be used is named with its reason, and the others are finished (exit \
      code 3).

      Examples:
        lathe predict runs/a song.mp3
        lathe predict runs/a music/*.flac --json > predictions.jsonl
      """)

  @Argument(help: ArgumentHelp("The run.", valueName: "run-dir"), completion: .directory)
  var runDirectory: String

  @Argument(help: "Audio files.", completion: .file())
  var files: [String]

  @Option(help: "Which weights: best or last.")
  var checkpoint = TrainedModel.Checkpoint.best

  @Flag(help: "Print a JSON object a file, with the probability of every label.")
  var json = false

  private struct Line: Encodable {
    let file: String
    let label: String
    let slices: Int
    let probabilities: [String: Double]
  }

  func run() throws {
    let model = try TrainedModel(run: runDirectory, checkpoint: checkpoint)
    let record = model.record
    guard let view = View(rawValue: record.view) else { throw TrainingJob.unknownView(record) }
    guard let recipe = record.recipe else {
      throw TrainingError(
        kind: .run, subject: runDirectory,
        detail: "it was trained on a table, so nothing says how its numbers are made of audio",
        hint: "train on a cache")
    }
    var reader = try FileSamples(view, recipe: try Recipe.decode(recipe.canonicalBytes()))
    var failures = 0
    for file in files {
      do {
        let samples = try reader.samples(of: file, labels: record.labels)
        guard samples.shape == record.sampleShape else {
          throw TrainingError(
            kind: .run, subject: runDirectory,
            detail:
              "samples of its recipe are \(samples.shape), and the run's \(record.sampleShape)",
            hint: "train again with this version of lathe")
        }
        try show(file, try vote(model, samples), slices: samples.count, record.labels)
      } catch let error as FileSampleError {
        Output.error(Words.shown("\(error)"))
        failures += 1
      }
    }
    if failures > 0 { throw ExitCode(Exit.quarantined) }
  }

  /// The mean probability of each label over the slices.
  private func vote(_ model: TrainedModel, _ samples: MemorySamples) throws -> [Double] {
    var sums = [Double](repeating: 0, count: model.record.labels.count)
    try Prediction(model.trainer, model.loading).forEach(of: samples) { _, _, probabilities in
      for (index, probability) in probabilities.enumerated() { sums[index] += Double(probability) }
    }
    return sums.map { $0 / Double(samples.count) }
  }

  private func show(
    _ file: String, _ probabilities: [Double], slices: Int, _ labels: [String]
  ) throws {
    let order = labels.indices.sorted { (probabilities[$0], $1) > (probabilities[$1], $0) }
    guard let first = order.first else { return }
    if json {
      return try Output.json(
        Line(
          file: file, label: labels[first], slices: slices,
          probabilities: Dictionary(
            zip(labels, probabilities), uniquingKeysWith: { first, _ in first })))
    }
    let likely = order.prefix(3).map {
      "\(Words.shown(labels[$0])) \(TrainingText.percent(probabilities[$0]))"
    }
    Output.line("\(Words.shown(file)): \(likely.joined(separator: ", "))")
  }
}
