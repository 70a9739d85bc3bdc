import Corpus
import DataLoading
import Training
import Wording

/// The command that trains a run again.
enum RunCommand {
  /// The command line of `lathe train`, quoted for a shell; all that decides the
  /// outcome is spelt out, usual values too, since these may change.
  static func text(_ record: RunRecord) -> String {
    if let network = record.torchNetwork { return torchText(record, network) }
    var words = ["lathe", "train", record.view]
    switch record.source.kind {
    case .cache: words += ["--cache", record.source.path, "--split", record.split.name]
    case .csv:
      words += ["--csv", record.source.path] + division(record.split)
      if let columns = record.source.columns {
        words += ["--columns", columns.joined(separator: ",")]
      }
      if let manifest = record.manifest { words += ["--manifest", manifest] }
    }
    if let test = record.sides.test, test != "test" { words += ["--test", test] }
    let selection = record.sides.selection ?? "none"
    if selection != (record.split.sides.contains("validation") ? "validation" : "none") {
      words += ["--selection", selection]
    }
    words += ["--trainer", record.trainer, "--epochs", "\(record.epochs)"]
    if let batches = record.batches { words += ["--batches", batches.rawValue] }
    words += ["--batch", "\(record.batchSize)", "--seed", "\(record.seed)"]
    words += ["--threads", "\(record.threads)"]
    for (name, value) in record.options.sorted(by: { $0.key < $1.key }) {
      words += ["--set", "\(name)=\(value)"]
    }
    if let patience = record.patience { words += ["--patience", "\(patience)"] }
    words += ["--normalise", record.normalisation?.statistics.axis.rawValue ?? "none"]
    words += ["--augment", augmentation(record)]
    return words.map(Words.shellWord).joined(separator: " ")
  }

  /// The same of `python -m lathe.train`, whose options all have names of their own.
  private static func torchText(_ record: RunRecord, _ network: String) -> String {
    var words = ["python", "-m", "lathe.train", record.view, "--cache", record.source.path]
    words += ["--split", record.split.name, "--training-side", record.sides.training]
    words += ["--selection-side", record.sides.selection ?? "none"]
    words += ["--test-side", record.sides.test ?? "none", "--network", network]
    words += ["--epochs", "\(record.epochs)", "--batch-size", "\(record.batchSize)"]
    words += ["--seed", "\(record.seed)"]
    for (name, value) in record.options.sorted(by: { $0.key < $1.key })
    where name != "network" && name != "channels-last" {
      words += ["--\(name)", value]
    }
    if let patience = record.patience { words += ["--patience", "\(patience)"] }
    words += ["--normalise", record.normalisation?.statistics.axis.rawValue ?? "none"]
    if let last = record.options["channels-last"] {
      words.append(last == "true" ? "--channels-last" : "--no-channels-last")
    }
    words += ["--augmentation", augmentation(record)]
    return words.map(Words.shellWord).joined(separator: " ")
  }

  /// What is done to samples, as `--augment` takes it.
  static func augmentation(_ record: RunRecord) -> String {
    let json = record.augmentation.flatMap { try? CanonicalJSON.encode($0) }
    return json.map { String(decoding: $0, as: UTF8.self) } ?? "none"
  }

  /// How a table was divided, as far as that is known.
  private static func division(_ split: RunRecord.Split) -> [String] {
    var words = ["--policy", split.policy]
    // No table is divided into folds, and a published split has its own sides.
    if let plan = split.plan, case .ratios(let shares) = plan.division {
      words += ["--split-seed", "\(plan.seed)"]
      words += ["--ratios", shares.map(\.description).joined(separator: ",")]
    }
    return words
  }
}
