import Wording
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

  @Option(
    help: ArgumentHelp(
      "What to keep to: grouped (recordings and artists whole), stratified (by track), slices (leaks; for "
        + "comparison) or published:NAME; grouped where groups or artists are known.",
      valueName: "policy"), completion: Completions.policies)
  var policy: SplitPolicy?

  @Option(help: "The seed of the shuffle, 1 if not given; it fixes the split.")
  var seed: UInt64?

  /// Whether anything was asked for.
  var isAsked: Bool { split != nil || folds != nil || policy != nil || seed != nil }

  func validate() throws {
    if split != nil, folds != nil {
      throw ValidationError("--split and --folds exclude each other: give one of them.")
    }
    if case .published = policy {
      if split != nil || folds != nil {
        throw ValidationError("A published split has its own sides: leave out --split and --folds.")
      }
    } else {
      _ = try plan(default: nil, policy: .stratified)
    }
  }

  /// The plan that was asked for, or one of `ratios` where nothing was.
  /// - Parameters:
  ///   - ratios: the shares where none are given; nil for no split then.
  ///   - standard: the policy where none is given.
  ///   - published: the splits that a published policy may name.
  func plan(
    default ratios: [Double]?, policy standard: SplitPolicy, published: [NamedSides] = [],
    name: String? = nil
  ) throws -> SplitPlan? {
    let policy = policy ?? standard
    do {
      if let sides = try Self.find(policy, in: published) { return try sides.plan() }
      let division: SplitPlan.Division
      if let folds {
        division = .folds(folds)
      } else {
        if split == "none" { return nil }
        guard let shares = try split.map({ try Self.shares($0, option: "--split") }) ?? ratios
        else { return nil }
        division = .ratios(shares)
      }
      return try SplitPlan(policy: policy, seed: seed ?? 1, division: division, name: name)
    } catch let error as SplitError {
      throw ValidationError("\(error)")
    }
  }

  /// The published split that `policy` names; nil where it names none.
  static func find(_ policy: SplitPolicy, in published: [NamedSides]) throws -> NamedSides? {
    guard case .published(let name) = policy else { return nil }
    if let sides = published.first(where: { $0.name == name }) { return sides }
    let names = published.map { Words.shown($0.name) }.joined(separator: ", ")
    throw ValidationError(
      "--policy \(Words.shown(policy.rawValue)): "
        + (names.isEmpty
          ? "no published split is known; give a --manifest that has it."
          : "the manifest publishes \(names)."))
  }

  /// The shares that a text lists.
  static func shares(_ text: String, option: String) throws -> [Double] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let share = Double(part) else {
        throw ValidationError(
          "\(option) \(text): \(part.isEmpty ? "an empty place" : String(part)) is no number. "
            + "Give shares that add up to 1, such as 0.8,0.1,0.1.")
      }
      return share
    }
  }
}
