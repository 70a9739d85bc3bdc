import Wording
import ArgumentParser
import Corpus
import DataLoading
import Foundation
import Runs
import Training

/// What is trained on and how, as `train` and `study` take it.
struct TrainingChoices: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A trainer by name, or exec: and a command; the view's usual one if not given.",
      valueName: "name|exec:command"), completion: Completions.trainers)
  var trainer: String?

  @Option(help: "How many epochs; the trainer's usual number if not given.")
  var epochs: Int?

  @Option(help: "Samples in a batch; the trainer's usual number if not given.")
  var batch: Int?

  @Option(name: .customLong("seed"), help: "The seed of everything random; 1 if not given.")
  var givenSeed: UInt64?

  @Option(help: "Threads that compute; all cores, 8 at most, if not given.")
  var threads: Int?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "An option of the trainer, such as learning-rate=0.001; may be given several times. "
        + "lathe train --list names them.", valueName: "name=value"),
    completion: Completions.trainerOptions)
  var options: [String] = []

  @Option(
    help: ArgumentHelp(
      "Standardise inputs by the training side: none, overall, or first (each feature or band).",
      valueName: "axis"), completion: .list(["none", "overall", "first"]))
  var normalise: String?

  @Option(
    help: ArgumentHelp(
      "What is done to each training sample, as JSON, such as {\"mixup\":{\"alpha\":0.2}}; none for nothing.",
      valueName: "json"))
  var augment: String?

  @Option(help: "Stop after so many epochs without a better one on the selection side.")
  var patience: Int?

  /// The seed.
  var seed: UInt64 { givenSeed ?? 1 }

  /// The names of what was given.
  var given: [String] {
    let all: [(String, Bool)] = [
      ("--trainer", trainer != nil), ("--epochs", epochs != nil), ("--batch", batch != nil),
      ("--seed", givenSeed != nil), ("--threads", threads != nil), ("--set", !options.isEmpty),
      ("--normalise", normalise != nil), ("--augment", augment != nil),
      ("--patience", patience != nil),
    ]
    return all.filter(\.1).map(\.0)
  }

  func validate() throws {
    for (name, value, most) in [
      ("--epochs", epochs, 1_000_000), ("--batch", batch, 1_000_000), ("--threads", threads, 256),
    ] {
      if let value, !(1...most).contains(value) {
        throw ValidationError("\(name) \(value): give 1 to \(Words.count(most)).")
      }
    }
    if let patience, patience < 1 {
      throw ValidationError("--patience \(patience): give 1 or more.")
    }
    _ = try axis()
    _ = try augmentation()
  }

  /// What was given, for a run.
  func chosen() throws -> RunChoices {
    var chosen = RunChoices()
    chosen.epochs = epochs
    chosen.batchSize = batch
    chosen.seed = seed
    chosen.threads = threads
    chosen.options = try TrainerOptions(parsing: options)
    chosen.normalisation = try axis()
    chosen.augmentation = try augmentation()
    chosen.patience = patience
    return chosen
  }

  /// How inputs are standardised.
  private func axis() throws -> RunChoices.Choice<SampleStatistics.Axis> {
    guard let normalise else { return .usual }
    if normalise == "none" { return .nothing }
    guard let axis = SampleStatistics.Axis(rawValue: normalise) else {
      throw ValidationError("--normalise \(Words.shown(normalise)): give none, overall or first.")
    }
    return .given(axis)
  }

  /// What is done to samples.
  private func augmentation() throws -> RunChoices.Choice<Augmentation> {
    guard let augment else { return .usual }
    if augment == "none" { return .nothing }
    return .given(try AugmentationArgument.read(augment))
  }
}
