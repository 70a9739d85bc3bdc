import Training

/// The command that trains a run again.
enum RunCommand {
  static func text(_ record: RunRecord) -> String {
    var words = ["lathe", "train", record.view]
    words += record.source.kind == .csv ? ["--csv", record.source.path] : ["--cache", record.source.path]
    words += ["--split", record.split.name]
    words += ["--trainer", record.trainer, "--epochs", "\(record.epochs)"]
    words += ["--batch-size", "\(record.batchSize)", "--seed", "\(record.seed)"]
    words += ["--threads", "\(record.threads)"]
    for (name, value) in record.options.sorted(by: { $0.key < $1.key }) {
      words += ["--option", "\(name)=\(value)"]
    }
    return words.map(quoted).joined(separator: " ")
  }

  /// A word as a shell takes it back.
  static func quoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"): true
      default: "-_./:=,+@%".utf8.contains(byte)
      }
    }
    if plain, !word.isEmpty { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
  }
}
