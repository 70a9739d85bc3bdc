public import Corpus
public import DataLoading

/// What a run trains, on what and how: `run.json`, written before the first step; an external
/// program may add to it what it alone knows.
public struct RunRecord: Sendable, Hashable, Codable {
  /// The schema that this version writes and reads.
  public static let schema = "lathe.run/1"

  /// Where samples come from.
  public struct Source: Sendable, Hashable, Codable {
    /// What samples can come from.
    public enum Kind: String, Sendable, Hashable, Codable {
      /// A cache.
      case cache
      /// A table of features.
      case csv
    }

    /// What kind of source it is.
    public var kind: Kind
    /// Where it was.
    public var path: String
    /// The identity of the training side's samples (`SampleSource.identity`).
    public var identity: String
    /// Of a table: the columns that were chosen to learn from, in order; nil for all.
    public var columns: [String]?

    /// A source of these parts.
    public init(kind: Kind, path: String, identity: String, columns: [String]? = nil) {
      self.kind = kind
      self.path = path
      self.identity = identity
      self.columns = columns
    }
  }

  /// How tracks are divided.
  public struct Split: Sendable, Hashable, Codable {
    /// The split's name.
    public var name: String
    /// Its policy, as `SplitPolicy.rawValue`.
    public var policy: String
    /// SHA-256 of its canonical JSON, 64 hex digits.
    public var fingerprint: String
    /// The names of its sides, in order.
    public var sides: [String]
    /// What it was made by; nil in records that were read without it.
    public var plan: SplitPlan?

    /// A split of these parts.
    public init(
      name: String, policy: String, fingerprint: String, sides: [String], plan: SplitPlan? = nil
    ) {
      self.name = name
      self.policy = policy
      self.fingerprint = fingerprint
      self.sides = sides
      self.plan = plan
    }
  }

  /// What each side is for, by name.
  public struct Sides: Sendable, Hashable, Codable {
    /// What is learnt from.
    public var training: String
    /// What the best epoch is chosen by; without it the last epoch is the best.
    public var selection: String?
    /// What is neither learnt from nor chosen by.
    public var test: String?

    /// The sides that are learnt from, one by one: ``training`` joins several folds by a plus sign.
    public var trainingSides: [String] { training.split(separator: "+").map(String.init) }

    /// Sides of these names.
    public init(training: String, selection: String? = nil, test: String? = nil) {
      self.training = training
      self.selection = selection
      self.test = test
    }
  }

  /// `lathe.run/1`
  public var schema = RunRecord.schema
  /// The trainer's name, or `exec:` and a command.
  public var trainer: String
  /// The view that the samples are of, such as `mel`.
  public var view: String
  /// Where the samples come from.
  public var source: Source
  /// How they are divided.
  public var split: Split
  /// What each side is for.
  public var sides: Sides
  /// The labels, in the order in which the network's outputs have them.
  public var labels: [String]
  /// Whether a track may have any number of labels; nil where each has one.
  public var tagged: Bool?
  /// The length of each axis of a sample.
  public var sampleShape: [Int]
  /// The seed of everything random.
  public var seed: UInt64
  /// How many epochs are wanted.
  public var epochs: Int
  /// Samples in a batch.
  public var batchSize: Int
  /// Threads of the trainer.
  public var threads: Int
  /// The trainer's options that were given, by name; the others are those of this version of lathe.
  public var options: [String: String]
  /// Epochs without a better one on the selection side after which it stops; nil for never.
  public var patience: Int?
  /// How samples are normalised.
  public var normalisation: Normalisation?
  /// How samples are augmented.
  public var augmentation: Augmentation?
  /// How many numbers are learnt, where that is known.
  public var parameters: Int?
  /// The recipe of the cache.
  public var recipe: JSONValue?
  /// Of an external program: whether its batches were written to its standard input.
  public var batches: ExternalTraining.Batches?
  /// Of a table: the manifest that said what belongs together.
  public var manifest: String?
  /// How many samples each side has.
  public var samples: [String: Int]
  /// How many tracks each side has.
  public var tracks: [String: Int]
  /// How many tracks of each measured side were learnt from, wholly or in parts; nil in older
  /// records.
  public var learntTracks: [String: Int]?
  /// What the tracks of each measured side share with those that were learnt from; nil in older
  /// records, and where nothing is known of the tracks.
  public var overlaps: [String: TrackOverlap]?
  /// The version of lathe.
  public var lathe: String
  /// When the run began, ISO 8601.
  public var startedAt: String

  /// A record of these parts.
  public init(
    trainer: String, view: String, source: Source, split: Split, sides: Sides, labels: [String],
    sampleShape: [Int], seed: UInt64, epochs: Int, batchSize: Int, threads: Int,
    options: [String: String] = [:], patience: Int? = nil, normalisation: Normalisation? = nil,
    augmentation: Augmentation? = nil, parameters: Int? = nil, recipe: JSONValue? = nil,
    samples: [String: Int] = [:], tracks: [String: Int] = [:],
    learntTracks: [String: Int]? = nil, overlaps: [String: TrackOverlap]? = nil, lathe: String,
    startedAt: String
  ) {
    self.trainer = trainer
    self.view = view
    self.source = source
    self.split = split
    self.sides = sides
    self.labels = labels
    self.sampleShape = sampleShape
    self.seed = seed
    self.epochs = epochs
    self.batchSize = batchSize
    self.threads = threads
    self.options = options
    self.patience = patience
    self.normalisation = normalisation
    self.augmentation = augmentation
    self.parameters = parameters
    self.recipe = recipe
    self.samples = samples
    self.tracks = tracks
    self.learntTracks = learntTracks
    self.overlaps = overlaps
    self.lathe = lathe
    self.startedAt = startedAt
  }

  /// The network of a run that `python -m lathe.train` recorded by itself, whose weights fit the
  /// network of that name here; nil for other trainers.
  public var torchNetwork: String? {
    let prefix = "torch-"
    return trainer.hasPrefix(prefix) ? String(trainer.dropFirst(prefix.count)) : nil
  }

  /// Whether tracks of the test side were learnt from, wholly, in parts or as other takes and
  /// copies of the same recording: its figure then says how well they are remembered, not how well
  /// others are recognised.
  public var testsLearntTracks: Bool {
    guard let test = sides.test else { return false }
    if let overlap = overlaps?[test], overlap.recordings > 0 { return true }
    if let count = learntTracks?[test] { return count > 0 }
    return SplitPolicy(rawValue: split.policy)?.leaksByDesign == true
  }

  /// Whether a track may have any number of labels.
  public var isTagged: Bool { tagged == true }

  /// What another record asks for otherwise, of all that decides a run's outcome; nil where nothing
  /// is.
  public func difference(from other: RunRecord) -> String? {
    let parts: [(name: String, isSame: Bool)] = [
      ("trainer", trainer == other.trainer), ("view", view == other.view),
      // Everything else of a split follows from its fingerprint.
      ("split", split.fingerprint == other.split.fingerprint && sides == other.sides),
      (
        "samples",
        source.identity == other.source.identity && labels == other.labels
          && isTagged == other.isTagged
      ),
      ("seed", seed == other.seed), ("epochs", epochs == other.epochs),
      ("batch size", batchSize == other.batchSize), ("options", options == other.options),
      ("patience", patience == other.patience),
      ("normalisation", normalisation == other.normalisation),
      ("augmentation", augmentation == other.augmentation),
    ]
    return parts.first { !$0.isSame }?.name
  }

  /// Checks what a reader relies on.
  /// - Throws: ``TrainingError`` `.run` that names the field.
  func check(_ subject: String) throws(TrainingError) {
    guard schema == Self.schema else {
      throw TrainingError(
        kind: .run, subject: subject, detail: "its schema is '\(schema)', not '\(Self.schema)'",
        hint: "read it with the version of lathe that wrote it")
    }
    guard !labels.isEmpty, Set(labels).count == labels.count else {
      throw .record(subject, labels.isEmpty ? "it has no labels" : "a label occurs twice")
    }
    let most = 1_000_000
    guard (0...most).contains(epochs), (1...most).contains(batchSize), (1...most).contains(threads),
      parameters ?? 0 >= 0, patience ?? 1 >= 1
    else {
      throw .record(subject, "epochs, batchSize, threads, parameters or patience is out of range")
    }
    // Whoever multiplies the axes relies on the product.
    var count = 1
    for axis in sampleShape {
      guard axis > 0, axis <= (1 << 40) / count else {
        throw .record(subject, "sampleShape is \(sampleShape)")
      }
      count *= axis
    }
  }
}
