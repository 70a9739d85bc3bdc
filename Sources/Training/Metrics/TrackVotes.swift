import Wording

/// The tracks of a side and the sums of their slices' probabilities: what predictions of one label
/// and of several have in common.
struct TrackVotes<Truth: Hashable & Sendable>: Sendable {
  /// What was gathered of a track.
  struct Track: Sendable {
    let truth: Truth
    fileprivate(set) var sums: [Double]
    fileprivate var slices: Set<Int> = []

    /// The mean of its slices' probabilities of a label.
    func mean(of label: Int) -> Double { sums[label] / Double(slices.count) }
  }

  /// How many labels there are.
  let labels: Int
  /// What the probabilities of a sample must be.
  let rule: ProbabilityRule
  private let name: @Sendable (Int) -> String
  private var tracks: [Int: Track] = [:]
  /// How many slices were added.
  private(set) var slices = 0

  /// Nothing yet.
  /// - Parameter name: the id of a track for messages.
  init(labels: Int, rule: ProbabilityRule, name: @escaping @Sendable (Int) -> String) {
    self.labels = labels
    self.rule = rule
    self.name = name
  }

  /// What was gathered, a track at a time, in no order.
  var all: some Collection<Track> { tracks.values }
  /// How many tracks were added.
  var count: Int { tracks.count }

  /// Each track with its id, in the order of the ids.
  var byName: [(id: String, track: Track)] {
    tracks.map { (name($0.key), $0.value) }.sorted { $0.0 < $1.0 }
  }

  /// An error of a prediction.
  func failure(
    track: Int, slice: Int, _ detail: String, _ hint: String, kind: TrainingError.Kind = .data
  ) -> TrainingError {
    TrainingError(
      kind: kind, subject: "prediction of \(name(track)), slice \(slice)", detail: detail,
      hint: hint)
  }

  /// Adds the prediction of a slice.
  /// - Throws: ``TrainingError``: `.data` that names track and slice for probabilities that break
  ///   the rule, a slice that was added already, or another truth than the track's other slices;
  ///   `.diverged` where a probability is no number. Nothing is added then.
  mutating func add(
    track: Int, slice: Int, truth: Truth, shownTruth: (Truth) -> (detail: String, hint: String),
    probabilities: some Collection<Float>
  ) throws(TrainingError) {
    func failure(
      _ detail: String, _ hint: String, kind: TrainingError.Kind = .data
    ) -> TrainingError {
      self.failure(track: track, slice: slice, detail, hint, kind: kind)
    }
    guard probabilities.count == labels else {
      throw failure(
        "\(Words.counted(probabilities.count, "probability", "probabilities")) "
          + "for \(Words.counted(labels, "label"))",
        "give one of each label")
    }
    for (index, probability) in probabilities.enumerated() {
      guard probability.isFinite else {
        throw failure(
          "the probability of label \(index) is \(probability)",
          "the network has diverged: lower the learning rate", kind: .diverged)
      }
      guard rule.range.contains(probability) else {
        throw failure("the probability of label \(index) is \(probability)", rule.hint)
      }
    }
    if rule == .sumsToOne {
      let sum = probabilities.reduce(0.0) { $0 + Double($1) }
      guard abs(sum - 1) <= ProbabilityRule.tolerance else {
        throw failure(
          "the probabilities add up to \(sum)", "they must add up to 1, as of a softmax")
      }
    }
    var entry =
      tracks[track] ?? Track(truth: truth, sums: [Double](repeating: 0, count: labels))
    guard entry.truth == truth else {
      let shown = shownTruth(entry.truth)
      throw failure(shown.detail, shown.hint)
    }
    guard entry.slices.insert(slice).inserted else {
      throw failure("it was predicted twice", "predict every slice of the side once")
    }
    for (index, probability) in probabilities.enumerated() {
      entry.sums[index] += Double(probability)
    }
    tracks[track] = entry
    slices += 1
  }
}

/// What the probabilities of a sample must be.
enum ProbabilityRule: Sendable {
  /// They add up to 1, as of a softmax.
  case sumsToOne
  /// Each is one of its own, as of a sigmoid.
  case eachOnItsOwn

  /// How far the probabilities of a slice may be from a sum of 1: half precision needs as much.
  static let tolerance = 0.01

  var range: ClosedRange<Float> {
    self == .sumsToOne ? 0...Float.greatestFiniteMagnitude : 0...1
  }

  var hint: String {
    self == .sumsToOne
      ? "give probabilities, not logits"
      : "give probabilities between 0 and 1, as of a sigmoid, not logits"
  }
}
