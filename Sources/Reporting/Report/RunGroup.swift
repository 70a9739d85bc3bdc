import Wording
import Corpus
import DataLoading
import Training

/// Runs of one configuration: one, the folds of a split, or several seeds.
struct RunGroup: Sendable {
  /// Why there are several runs.
  enum Kind: Sendable, Hashable {
    case single
    /// Each tests what another learnt from: together they test every track once, or of folds by
    /// slices every slice.
    case folds
    /// Seeds or splits differ; a track may be tested several times.
    case repeats
  }

  /// In the order of their sides and seeds.
  let runs: [RunContents]
  let kind: Kind
  /// What of its test tracks was learnt from.
  let trainedTestTracks: TrainedTestTracks
  /// What of its test artists was learnt from; nil where that is not known.
  let trainedTestArtists: TrainedTestArtists?
  /// What sets it apart from the others of its mode, trainer and policy; empty where nothing does.
  var variant = ""

  var record: RunRecord { runs[0].record }
  /// Whether its runs test different sides, as folds do, of one split or of several.
  var testsSeveralSides: Bool { Set(runs.map(\.record.sides.test)).count > 1 }
  /// The title of its section.
  var name: String {
    let trainer = record.trainer == record.view ? "" : record.trainer
    return [record.view, trainer, record.split.policy, variant].filter { !$0.isEmpty }
      .joined(separator: ", ")
  }

  /// Everything that runs of one configuration have in common.
  private struct Key: Hashable {
    let trainer, view, source, policy: String
    /// What the seed of a split doesn't change. Of runs whose plan is not known each split is of
    /// its own kind.
    let division: SplitPlan.Division?
    let unplannedSplit: String?
    let labels: [String]
    let columns: [String]?
    let options: [String: String]
    let patience: Int?
    let epochs, batchSize: Int
    let sampleShape: [Int]
    let recipe: JSONValue?
    let normalisation: SampleStatistics.Axis?
    let augmentation: Augmentation?
    let hasSelection: Bool
    /// Runs that do not differ at all are not pooled: that would count their tracks twice.
    let copy: Int

    init(_ record: RunRecord, copy: Int) {
      trainer = record.trainer
      view = record.view
      source = record.source.path
      policy = record.split.policy
      division = record.split.plan?.division
      unplannedSplit = record.split.plan == nil ? record.split.name : nil
      labels = record.labels
      columns = record.source.columns
      options = record.options
      patience = record.patience
      epochs = record.epochs
      batchSize = Self.batchSize(record)
      sampleShape = record.sampleShape
      recipe = record.recipe
      normalisation = record.normalisation?.statistics.axis
      augmentation = record.augmentation
      hasSelection = record.sides.selection != nil
      self.copy = copy
    }

    /// 0 for all samples at once, of which a fold may have a few more than another.
    static func batchSize(_ record: RunRecord) -> Int {
      record.batchSize == record.samples[record.sides.training] ? 0 : record.batchSize
    }
  }

  /// Groups of runs: those that were tested on what they hadn't learnt from first; within that
  /// modes and trainers in the order in which they come, strict splits first.
  static func groups(of runs: [RunContents]) -> [RunGroup] {
    var order: [Key] = []
    var members: [Key: [RunContents]] = [:]
    for run in runs {
      var copy = 0
      while members[Key(run.record, copy: copy)]?.contains(where: { isSame($0, run) }) == true {
        copy += 1
      }
      let key = Key(run.record, copy: copy)
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(run)
    }
    let groups = order.compactMap { members[$0].map(RunGroup.init) }
    return sorted(named(groups))
  }

  private static func isSame(_ first: RunContents, _ second: RunContents) -> Bool {
    let (one, other) = (first.record, second.record)
    return one.seed == other.seed && one.split.fingerprint == other.split.fingerprint
      && one.sides == other.sides
  }

  private init(_ runs: [RunContents]) {
    self.runs = runs.sorted {
      ($0.record.sides.test ?? "", $0.record.seed, $0.path)
        < ($1.record.sides.test ?? "", $1.record.seed, $1.path)
    }
    let tests = Set(runs.map(\.record.sides.test))
    let splits = Set(runs.map(\.record.split.fingerprint))
    kind =
      runs.count == 1
      ? .single : splits.count == 1 && tests.count == runs.count ? .folds : .repeats
    trainedTestTracks = TrainedTestTracks(runs)
    trainedTestArtists = TrainedTestArtists(runs)
  }

  private static func sorted(_ groups: [RunGroup]) -> [RunGroup] {
    var ranks: [String: Int] = [:]
    for group in groups {
      for name in [group.record.view, group.family] where ranks[name] == nil {
        ranks[name] = ranks.count
      }
    }
    return groups.enumerated().sorted { one, other in
      func rank(_ group: (offset: Int, element: RunGroup)) -> (Int, Int, Int, Int, Int) {
        (
          group.element.trainedTestTracks.isAny ? 1 : 0,
          ranks[group.element.record.view] ?? 0, ranks[group.element.family] ?? 0,
          LeakGaps.rank(group.element.record.split.policy), group.offset
        )
      }
      return rank(one) < rank(other)
    }.map(\.element)
  }

  /// Mode and trainer.
  var family: String { "\(record.view)\u{1}\(record.trainer)" }

  /// All that was chosen for it but how tracks are divided.
  var choices: [String] {
    [family, "\(record.epochs)", "\(Key.batchSize(record))", "\(record.patience ?? 0)"]
      + [record.normalisation?.statistics.axis.rawValue ?? "", RunCommand.augmentation(record)]
      + record.options.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }

  /// Names what differs among groups that would otherwise read alike.
  private static func named(_ groups: [RunGroup]) -> [RunGroup] {
    let named = groups.map { group in
      let others = groups.filter {
        $0.family == group.family && $0.record.split.policy == group.record.split.policy
      }
      var named = group
      named.variant = group.differences(from: others)
      return named
    }
    // Where nothing that is known differs, the folders do.
    let counts = Dictionary(named.map { ($0.name, 1) }, uniquingKeysWith: +)
    return named.map { group in
      guard counts[group.name] ?? 1 > 1 else { return group }
      var distinct = group
      distinct.variant = [group.variant, group.runs[0].path].filter { !$0.isEmpty }
        .joined(separator: ", ")
      return distinct
    }
  }

  private func differences(from others: [RunGroup]) -> String {
    func differs<Value: Hashable>(_ value: (RunRecord) -> Value) -> Bool {
      Set(others.map { value($0.record) }).count > 1
    }
    var parts: [String] = []
    for key in Set(others.flatMap { $0.record.options.keys }).sorted()
    where differs({ $0.options[key] }) {
      parts.append("\(key) \(record.options[key] ?? "default")")
    }
    if differs(\.epochs) { parts.append(Words.counted(record.epochs, "epoch")) }
    if differs(Key.batchSize) { parts.append("batch \(record.batchSize)") }
    if differs(\.normalisation?.statistics.axis) {
      parts.append("normalised \(record.normalisation?.statistics.axis.rawValue ?? "not")")
    }
    if differs(\.augmentation) {
      parts.append(
        record.augmentation == nil
          ? "not augmented" : "augmented by \(RunCommand.augmentation(record))")
    }
    if differs(\.source.path) { parts.append(record.source.path) }
    if parts.isEmpty, differs(\.split.name) { parts.append(record.split.name) }
    return parts.joined(separator: ", ")
  }
}
