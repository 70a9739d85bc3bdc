import Wording
public import ArgumentParser
public import Runs
import Training

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure what a run has learnt, on any side of any split.",
    discussion: """
      A run by another program (exec:) is measured by that program, with --allow-exec. Accuracy is given by slices and by tracks (the mean of the slices' \
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

  @Option(help: "A split of the cache; the run's own if not given.", completion: Completions.splits)
  var split: String?

  @Option(
    help: "A side; may be given several times. All but the training side if not given.",
    completion: Completions.sides)
  var side: [String] = []

  @Option(help: "Which weights: best or last.")
  var checkpoint = TrainedModel.Checkpoint.best

  @OptionGroup var program: ProgramOptions

  @Flag(help: "Print metrics and confusion matrices as JSON.")
  var json = false

  func run() throws {
    let model = try TrainedModel(
      run: runDirectory, checkpoint: checkpoint, samplesAt: cache, mayStart: program.mayStart,
      programOutput: { Output.error(Words.shown($0)) })
    let samples = try DividedSamples.of(model.record, in: runDirectory, at: cache)
    let result = try RunEvaluation(model, on: samples, split: split, sides: side)
    for name in result.emptySides {
      Output.error("\(Words.shown(name)): no samples, left out")
    }
    for side in result.sides {
      for remark in TrainingText.remarks(
        learntTracks: side.learntTracks, overlap: side.overlap)
      {
        Output.error("\(Words.shown(side.name)): \(remark)")
      }
    }
    let evaluations = Dictionary(
      result.sides.map { ($0.name, $0.evaluation) }, uniquingKeysWith: { first, _ in first })
    if json { return try Output.json(evaluations, pretty: true) }
    TrainingText.table(evaluations).forEach { Output.line($0) }
  }
}

extension TrainedModel.Checkpoint: ExpressibleByArgument {}
