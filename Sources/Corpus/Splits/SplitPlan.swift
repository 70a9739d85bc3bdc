import Wording

/// How tracks are to be divided: everything that a split depends on but the tracks.
public struct SplitPlan: Sendable, Hashable {
  /// Into what the tracks are divided.
  public enum Division: Sendable, Hashable {
    /// Train, validation and test (three numbers) or train and test (two): shares of the tracks,
    /// each from 0 to 1, with the sum 1.
    case ratios([Double])
    /// This many folds of equal size, 2 or more.
    case folds(Int)
    /// Sides of these names, whose tracks were named by whoever published the split.
    case sides([String])
  }

  /// What the split keeps to.
  public let policy: SplitPolicy
  /// The seed of the shuffle.
  public let seed: UInt64
  /// Into what the tracks are divided.
  public let division: Division
  /// What the split is called in a cache.
  public let name: String

  /// The largest number of folds.
  public static let maximumFolds = 1_000

  /// A plan, checked.
  /// - Parameters:
  ///   - policy: what the split keeps to.
  ///   - seed: the seed of the shuffle.
  ///   - division: ratios (two or three, each in 0...1, sum 1 within 1e-9) or 2...1,000 folds.
  ///   - name: what to call it, a plain name without "/"; by default one that says it all, such as
  ///     `grouped-seed1-0.8-0.1-0.1` or `stratified-seed1-5folds`; a published split keeps its name.
  /// - Throws: ``SplitError`` that names what is out of range.
  public init(
    policy: SplitPolicy = .stratified, seed: UInt64, division: Division, name: String? = nil
  ) throws(SplitError) {
    try Self.check(division, policy: policy)
    let name = name ?? Self.name(policy, seed, division)
    if let problem = NameRules.problem(inComponent: name) {
      throw SplitError(
        .badName, "name", "\(NameRules.quoted(name)) \(problem)",
        hint: "use a plain name of at most \(NameRules.maximumNameBytes) bytes")
    }
    self.policy = policy
    self.seed = seed
    self.division = division
    self.name = name
  }

  private static func name(
    _ policy: SplitPolicy, _ seed: UInt64, _ division: Division
  ) -> String {
    if case .published(let name) = policy { return name }
    return "\(policy.rawValue)-seed\(seed)-\(division.text)"
  }

  private static func check(
    _ division: Division, policy: SplitPolicy
  ) throws(SplitError) {
    let isPublished = if case .published = policy { true } else { false }
    let namesSides = if case .sides = division { true } else { false }
    if isPublished != namesSides {
      throw SplitError(
        .badSides, "the policy \(NameRules.quoted(policy.rawValue))",
        isPublished ? "has its own sides" : "needs ratios or folds",
        hint: "give ratios or folds to every policy but a published one")
    }
    switch division {
    case .folds(let count):
      if !(2...maximumFolds ~= count) {
        throw SplitError(.badFolds, "folds", "is \(count)", hint: "use 2 to \(maximumFolds)")
      }
    case .ratios(let ratios):
      let hint = "give train,validation,test or train,test with the sum 1, such as 0.8,0.1,0.1"
      if !(2...3 ~= ratios.count) {
        throw SplitError(
          .badRatios, "ratios", "are \(Words.counted(ratios.count, "number"))", hint: hint)
      }
      if let ratio = ratios.first(where: { !(0...1 ~= $0) }) {
        throw SplitError(.badRatios, "ratio", "is \(ratio), not from 0 to 1", hint: hint)
      }
      let sum = ratios.reduce(0, +)
      if abs(sum - 1) > 1e-9 {
        throw SplitError(.badRatios, "ratios", "have the sum \(sum)", hint: hint)
      }
    case .sides(let names):
      let hint = "name each side once, such as train, validation and test"
      if !(1...maximumFolds ~= names.count) || Set(names).count != names.count {
        throw SplitError(.badSides, "sides", "are \(names.count), some alike", hint: hint)
      }
      for name in names {
        if let problem = NameRules.problem(inComponent: name) {
          throw SplitError(.badSides, "side", "\(NameRules.quoted(name)) \(problem)", hint: hint)
        }
      }
    }
  }

  /// The names of the sides, in order: `train`, `validation`, `test`; `train`, `test`; or `fold-1`
  /// to `fold-k`; or those that a published split names.
  public var sides: [String] {
    switch division {
    case .ratios(let ratios):
      ratios.count == 2 ? ["train", "test"] : ["train", "validation", "test"]
    case .folds(let count): (1...count).map { "fold-\($0)" }
    case .sides(let names): names
    }
  }

  /// The share of each side, in the order of ``sides``; none of a published split, which has no
  /// targets.
  public var shares: [Double] {
    switch division {
    case .ratios(let ratios): ratios
    case .folds(let count): Array(repeating: 1 / Double(count), count: count)
    case .sides: []
    }
  }
}

extension SplitPlan.Division {
  fileprivate var text: String {
    switch self {
    case .ratios(let ratios): ratios.map(\.description).joined(separator: "-")
    case .folds(let count): "\(count)folds"
    case .sides(let names): "\(names.count)sides"
    }
  }
}

extension SplitPlan: Codable {
  private enum CodingKeys: String, CodingKey {
    case policy, seed, ratios, folds, sides, name
  }

  /// Reads and checks a plan.
  /// - Throws: `DecodingError` for a wrong shape, ``SplitError`` for wrong contents.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let policyName = try fields.decode(String.self, forKey: .policy)
    let ratios = try fields.decodeIfPresent([Double].self, forKey: .ratios)
    let folds = try fields.decodeIfPresent(Int.self, forKey: .folds)
    let names = try fields.decodeIfPresent([String].self, forKey: .sides)
    let division: Division? =
      switch (ratios, folds, names) {
      case (let ratios?, nil, nil): .ratios(ratios)
      case (nil, let folds?, nil): .folds(folds)
      case (nil, nil, let names?): .sides(names)
      default: nil
      }
    guard let policy = SplitPolicy(rawValue: policyName), let division else {
      throw SplitError(
        .unknownPlan, operation: "read split plan", "plan",
        "of the policy \(NameRules.quoted(policyName)) is not one that this version knows",
        hint: "use the version of lathe that wrote it, or a newer one")
    }
    try self.init(
      policy: policy, seed: fields.decode(UInt64.self, forKey: .seed), division: division,
      name: fields.decode(String.self, forKey: .name))
  }

  /// Writes the plan: policy, seed, name, and one of `ratios`, `folds` and `sides`.
  /// - Throws: `EncodingError` where the encoder refuses.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(policy, forKey: .policy)
    try fields.encode(seed, forKey: .seed)
    try fields.encode(name, forKey: .name)
    switch division {
    case .ratios(let ratios): try fields.encode(ratios, forKey: .ratios)
    case .folds(let count): try fields.encode(count, forKey: .folds)
    case .sides(let names): try fields.encode(names, forKey: .sides)
    }
  }
}
