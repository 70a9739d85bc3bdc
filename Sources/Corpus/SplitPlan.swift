/// What a split keeps to when it assigns tracks.
public enum SplitPolicy: String, Sendable, Hashable, Codable, CaseIterable {
  /// Whole tracks, with every label shared out alike.
  case stratified
}

/// How tracks are to be divided: everything that a split depends on but the tracks.
public struct SplitPlan: Sendable, Hashable {
  /// Into what the tracks are divided.
  public enum Division: Sendable, Hashable {
    /// Train, validation and test (three numbers) or train and test (two): shares of the tracks,
    /// each from 0 to 1, with the sum 1.
    case ratios([Double])
    /// This many folds of equal size, 2 or more.
    case folds(Int)
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
  ///     `stratified-seed1-0.8-0.1-0.1` or `stratified-seed1-5folds`.
  /// - Throws: ``SplitError`` that names what is out of range.
  public init(
    policy: SplitPolicy = .stratified, seed: UInt64, division: Division, name: String? = nil
  ) throws(SplitError) {
    try Self.check(division)
    if let name, let problem = NameRules.problem(inComponent: name) {
      throw SplitError(
        .badName, "name", "\(NameRules.quoted(name)) \(problem)",
        hint: "use a plain name of at most \(NameRules.maximumNameBytes) bytes")
    }
    self.policy = policy
    self.seed = seed
    self.division = division
    self.name = name ?? "\(policy.rawValue)-seed\(seed)-\(division.text)"
  }

  private static func check(_ division: Division) throws(SplitError) {
    switch division {
    case .folds(let count):
      if !(2...maximumFolds ~= count) {
        throw SplitError(.badFolds, "folds", "is \(count)", hint: "use 2 to \(maximumFolds)")
      }
    case .ratios(let ratios):
      let hint = "give train,validation,test or train,test with the sum 1, such as 0.8,0.1,0.1"
      if !(2...3 ~= ratios.count) {
        throw SplitError(.badRatios, "ratios", "are \(ratios.count) numbers", hint: hint)
      }
      if let ratio = ratios.first(where: { !(0...1 ~= $0) }) {
        throw SplitError(.badRatios, "ratio", "is \(ratio), not from 0 to 1", hint: hint)
      }
      let sum = ratios.reduce(0, +)
      if abs(sum - 1) > 1e-9 {
        throw SplitError(.badRatios, "ratios", "have the sum \(sum)", hint: hint)
      }
    }
  }

  /// The names of the sides, in order: `train`, `validation`, `test`; `train`, `test`; or `fold-1`
  /// to `fold-k`.
  public var sides: [String] {
    switch division {
    case .ratios(let ratios):
      ratios.count == 2 ? ["train", "test"] : ["train", "validation", "test"]
    case .folds(let count): (1...count).map { "fold-\($0)" }
    }
  }

  /// The share of each side, in the order of ``sides``.
  public var shares: [Double] {
    switch division {
    case .ratios(let ratios): ratios
    case .folds(let count): Array(repeating: 1 / Double(count), count: count)
    }
  }
}

extension SplitPlan.Division {
  fileprivate var text: String {
    switch self {
    case .ratios(let ratios): ratios.map(\.description).joined(separator: "-")
    case .folds(let count): "\(count)folds"
    }
  }
}

extension SplitPlan: Codable {
  private enum CodingKeys: String, CodingKey {
    case policy, seed, ratios, folds, name
  }

  /// Reads and checks a plan.
  /// - Throws: `DecodingError` for a wrong shape, ``SplitError`` for wrong contents.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let policyName = try fields.decode(String.self, forKey: .policy)
    let ratios = try fields.decodeIfPresent([Double].self, forKey: .ratios)
    let folds = try fields.decodeIfPresent(Int.self, forKey: .folds)
    let division: Division? =
      switch (ratios, folds) {
      case (let ratios?, nil): .ratios(ratios)
      case (nil, let folds?): .folds(folds)
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

  /// Writes the plan: policy, seed, name, and either `ratios` or `folds`.
  /// - Throws: `EncodingError` where the encoder refuses.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(policy, forKey: .policy)
    try fields.encode(seed, forKey: .seed)
    try fields.encode(name, forKey: .name)
    switch division {
    case .ratios(let ratios): try fields.encode(ratios, forKey: .ratios)
    case .folds(let count): try fields.encode(count, forKey: .folds)
    }
  }
}
