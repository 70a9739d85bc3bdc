import AudioIO
import Wording
import ArgumentParser
import Preparation
import Runs
import Training

struct Predict: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Predict the labels of audio files with a trained run.",
    discussion: """
      Of a folder or an archive (zip, tar, tar.gz), all audio files in it. Each file is decoded and prepared as the run's cache was; its slices vote (the mean of their \
      probabilities). Where a track may have several labels, all with a probability of a half or more are printed, and three \
      at least; with --json they are in tags. A file that cannot be used is named with its reason, and the others are finished (exit \
      code 3).

      Examples:
        lathe predict runs/a song.mp3
        lathe predict runs/a music --json > predictions.jsonl
      """)

  @Argument(help: ArgumentHelp("The run.", valueName: "run-dir"), completion: .directory)
  var runDirectory: String

  @Argument(help: "Audio files, and folders and archives of them.", completion: .file())
  var files: [String]

  @Option(help: "Which weights: best or last.")
  var checkpoint = TrainedModel.Checkpoint.best

  @OptionGroup var program: ProgramOptions

  @Flag(help: "Print a JSON object a file, with the probability of every label.")
  var json = false

  private struct Line: Encodable {
    let file: String
    var label: String?
    var tags: [String]?
    let slices: Int
    let probabilities: [String: Double]
  }

  func run() throws {
    let model = try TrainedModel(
      run: runDirectory, checkpoint: checkpoint, mayStart: program.mayStart,
      programOutput: { Output.error(Words.shown($0)) })
    var predictor = try FilePredictor(
      model, in: runDirectory, mayStart: program.mayStart)
    let audio = NamedAudio(files)
    for problem in audio.problems { Output.error(Words.shown("\(problem)")) }
    if audio.otherFiles > 0 {
      let passed = Words.counted(
        audio.otherFiles, "file that is no audio by its name was",
        "files that are no audio by their names were")
      Output.error("\(passed) passed over")
    }
    var failures = audio.problems.count
    let size = predictor.groupSize
    for start in stride(from: 0, to: audio.files.count, by: size) {
      let group = Array(audio.files[start...].prefix(size))
      for (file, answer) in zip(group, try predictor.predict(group)) {
        switch answer {
        case .success(let answer): try show(file.name, answer, predictor.record.labels)
        case .failure(let error):
          Output.error(Words.shown("\(error)"))
          failures += 1
        }
      }
    }
    if failures > 0 { throw ExitCode(Exit.quarantined) }
  }

  private func show(_ file: String, _ answer: FilePredictor.Answer, _ labels: [String]) throws {
    let shares = zip(labels, answer.probabilities)
    if json {
      return try Output.json(
        Line(
          file: file, label: answer.tags == nil ? answer.label : nil, tags: answer.tags,
          slices: answer.slices,
          probabilities: Dictionary(shares, uniquingKeysWith: { first, _ in first })))
    }
    let likely = shares.enumerated().sorted {
      ($0.element.1, $1.offset) > ($1.element.1, $0.offset)
    }
    .prefix(answer.tags.map { max(3, $0.count) } ?? 3).map {
      "\(Words.shown($0.element.0)) \(TrainingText.percent($0.element.1))"
    }
    Output.line("\(Words.shown(file)): \(likely.joined(separator: ", "))")
  }
}
