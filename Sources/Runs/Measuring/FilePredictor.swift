public import AudioIO
internal import Corpus
internal import DatasetCache
public import Preparation
public import Training

/// Predicts the label, or the labels, of audio files with the model of a run.
///
/// Each file is decoded and prepared as the run's cache was; its slices vote.
public struct FilePredictor: ~Copyable {
  /// The prediction for a file.
  public struct Answer: Sendable, Hashable {
    /// The likeliest label.
    public let label: String
    /// Where a file may have any number of labels, those with a mean probability of a half or more, likeliest first;
    /// else nil.
    public let tags: [String]?
    /// How many slices voted.
    public let slices: Int
    /// The mean probability of each label over the slices, in the order of the run's labels.
    public let probabilities: [Double]
  }

  private let model: TrainedModel
  private let directory: String
  private var reader: FileSamples

  /// The run.
  public var record: RunRecord { model.record }

  /// A predictor with a run's weights.
  /// - Parameters:
  ///   - directory: where the run is recorded, for messages.
  ///   - mayStart: whether a program may be started that computes the run's view, whose command is
  ///     given.
  /// - Throws: ``RunError`` `.run` where the run was trained on a table, whose numbers cannot be
  ///   computed from audio; `FileSampleError` where its recipe cannot be computed.
  public init(
    _ model: TrainedModel, in directory: String, mayStart: (String) -> Bool = { _ in false }
  ) throws {
    guard let recipe = model.record.recipe else {
      throw RunError(
        kind: .run, subject: directory,
        detail: "it was trained on a table, so nothing says how its numbers are made of audio",
        hint: "train on a cache")
    }
    reader = try FileSamples(
      try model.record.knownView(), recipe: try Recipe.decode(recipe.canonicalBytes()),
      mayStart: mayStart)
    self.model = model
    self.directory = directory
  }

  /// How many files are best predicted together: a program is started for each group of them.
  public var groupSize: Int { model.isProgram ? 16 : 1 }

  /// The label of a file.
  /// - Throws: `FileSampleError` that names the file where it cannot be used; ``RunError`` and
  ///   `TrainingError` where the run cannot.
  public mutating func predict(_ file: String) throws -> Answer {
    try predict([AudioSource(path: file)])[0].get()
  }

  /// The labels of files, in their order, or why a file cannot be used.
  /// - Throws: ``RunError`` and `TrainingError` where the run cannot be used.
  public mutating func predict(_ files: [AudioSource]) throws -> [Result<Answer, FileSampleError>] {
    let labels = record.labels
    var read: [Result<MemorySamples, FileSampleError>] = []
    for file in files { read.append(try samples(of: file)) }
    var answers = try model.answers(read.compactMap { try? $0.get() })[...]
    return read.map { result in
      result.map { samples in
        let probabilities = answers.removeFirst().probabilities
        let best =
          labels.indices.max { (probabilities[$0], $1) < (probabilities[$1], $0) } ?? 0
        return Answer(
          label: labels[best],
          tags: record.isTagged
            ? labels.indices.filter { probabilities[$0] >= 0.5 }
              .sorted { (probabilities[$1], $0) < (probabilities[$0], $1) }.map { labels[$0] }
            : nil,
          slices: samples.count, probabilities: probabilities)
      }
    }
  }

  private mutating func samples(
    of file: AudioSource
  ) throws(RunError) -> Result<MemorySamples, FileSampleError> {
    let samples: MemorySamples
    do throws(FileSampleError) {
      samples = try reader.samples(of: file, labels: record.labels, isTagged: record.isTagged)
    } catch {
      return .failure(error)
    }
    guard samples.shape == record.sampleShape else {
      throw RunError(
        kind: .run, subject: directory,
        detail: "samples of its recipe are \(samples.shape), and the run's \(record.sampleShape)",
        hint: "train again with this version of lathe")
    }
    return .success(samples)
  }
}
