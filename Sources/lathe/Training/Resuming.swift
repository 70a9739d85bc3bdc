import Wording
import ArgumentParser
import Training

/// What `lathe train --resume` takes, and when there is nothing to do.
extension Train {
  /// Refuses what a run that goes on would not heed.
  func checkResuming() throws {
    let all: [(String, Bool)] = [
      (mode ?? "", mode != nil), ("--split", split != nil), ("--test", test != nil),
      ("--ratios", ratios != nil), ("--policy", policy != nil),
      ("--split-seed", splitSeed != nil), ("--manifest", manifest != nil),
      ("--columns", columns != nil),
      ("--output", output != nil), ("--batches", batches != .none),
    ]
    if let given = (all.filter(\.1).map(\.0) + sides.given + choices.given).first {
      throw ValidationError(
        "--resume goes on with a run as it was begun: leave out \(Words.shown(given)).")
    }
    if cache != nil, csv != nil {
      throw ValidationError("Give --cache or --csv, one of the two, for where the samples are now.")
    }
  }

  /// Refuses empty paths, which a shell makes of a variable that is not set.
  func checkPaths() throws {
    let paths = [
      ("--cache", cache), ("--csv", csv), ("--output", output), ("--resume", resume),
      ("--manifest", manifest),
    ]
    for (name, path) in paths where path?.isEmpty == true {
      throw ValidationError("\(name): the path is empty.")
    }
  }

  /// Whether a run has ended; what it came to is shown again then.
  func isDone(_ path: String, _ report: ProgressReport) throws -> Bool {
    let contents = try RunDirectory.contents(at: path)
    guard let result = contents.result, result.status.isWhole else { return false }
    Output.error("the run has ended; nothing is left to train")
    report.put("ended", result)
    if report.style != .json {
      TrainingText.lines(result, contents.record).forEach { Output.line($0) }
    }
    return true
  }
}
