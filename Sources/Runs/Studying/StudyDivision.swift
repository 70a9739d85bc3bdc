import Wording
public import Corpus

/// How a study divides tracks, and with which seeds it does and trains.
public struct StudyDivision: Sendable {
  /// What splits keep to.
  public var policies: [SplitPolicy]
  /// Into what tracks are divided; a published split has its own sides.
  public var division: SplitPlan.Division
  /// The first seed.
  public var seed: UInt64 = 1
  /// How many seeds, from 1: each makes a split of its own (but of a published one) and trains with
  /// it, so that all configurations are trained and tested on the same tracks under one seed.
  public var seeds = 1
  /// The splits that were published, which policies may name.
  public var published: [NamedSides] = []

  /// Splits by these policies, with the seed 1.
  public init(_ policies: [SplitPolicy], _ division: SplitPlan.Division) {
    self.policies = policies
    self.division = division
  }

  /// A split with the seed that it is trained with.
  struct Round {
    let plan: SplitPlan
    let seed: UInt64
  }

  /// All rounds, policy by policy.
  /// - Parameters:
  ///   - standard: the policy that the tracks allow: without groups, ``SplitPolicy/grouped`` is left
  ///     out.
  ///   - leaveOut: hears of a policy that is left out, and why.
  /// - Throws: ``RunError`` `.choice` for a published split that is not known, and `SplitError`.
  func rounds(
    standard: SplitPolicy, of collection: String, leaveOut: (SplitPolicy, String) -> Void
  ) throws -> [Round] {
    var rounds: [Round] = []
    for policy in policies {
      if policy == .grouped, standard != .grouped {
        leaveOut(
          policy,
          "no recordings, artists or copies are known in \(collection), so it would be stratified")
        continue
      }
      for seed in (0..<UInt64(max(1, seeds))).map({ self.seed &+ $0 }) {
        let plan =
          try published.split(of: policy)?.plan()
          ?? SplitPlan(policy: policy, seed: seed, division: division)
        rounds.append(Round(plan: plan, seed: seed))
      }
    }
    return rounds
  }
}

extension [NamedSides] {
  /// The published split that a policy names; nil for another policy.
  /// - Throws: ``RunError`` `.choice` where it is not known.
  func split(of policy: SplitPolicy) throws(RunError) -> NamedSides? {
    guard case .published(let name) = policy else { return nil }
    if let sides = first(where: { $0.name == name }) { return sides }
    throw RunError(
      kind: .choice, subject: "policy \(policy.rawValue)",
      detail: isEmpty
        ? "no published split is known"
        : "the manifest publishes \(Words.list(map(\.name)))",
      hint: isEmpty ? "name a manifest that has it with --manifest" : "name one of these")
  }
}
