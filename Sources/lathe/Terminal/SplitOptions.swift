import ArgumentParser
import Corpus

/// How tracks are divided, as several verbs take it.
struct SplitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Shares of train, validation and test (or of train and test), such as 0.8,0.1,0.1; none for none.",
      valueName: "ratios"))
  var split: String?

  @Option(help: ArgumentHelp("Divide into this many folds instead.", valueName: "k"))
  var folds: Int?

  @Option(help: "The seed of the shuffle: the same seed and tracks give the same split.")
  var seed: UInt64 = 1

  func validate() throws {
    if split != nil, folds != nil {
      throw ValidationError("--split and --folds exclude each other: give one of them.")
    }
    _ = try plan(default: nil)
  }

  /// The plan that was asked for, or one of `ratios` where nothing was.
  func plan(default ratios: [Double]?, name: String? = nil) throws -> SplitPlan? {
    do {
      if let folds { return try SplitPlan(seed: seed, division: .folds(folds), name: name) }
      if split == "none" { return nil }
      guard let shares = try shares() ?? ratios else { return nil }
      return try SplitPlan(seed: seed, division: .ratios(shares), name: name)
    } catch let error as SplitError {
      throw ValidationError("\(error)")
    }
  }

  private func shares() throws -> [Double]? {
    guard let split else { return nil }
    return try split.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let share = Double(part) else {
        throw ValidationError(
          "--split \(split): \(part.isEmpty ? "an empty place" : String(part)) is no number. "
            + "Give shares that add up to 1, such as 0.8,0.1,0.1.")
      }
      return share
    }
  }
}
