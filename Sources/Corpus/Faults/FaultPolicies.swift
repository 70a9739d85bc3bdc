import Wording

/// The policy for everything that can be wrong with a track.
///
/// As JSON an object from the names of subjects to those of policies; what is left out has its
/// default (``FaultSubject/policies``). It is written in full.
public struct FaultPolicies: Sendable, Hashable {
  private var chosen: [FaultSubject: FaultPolicy] = [:]

  /// The defaults: repetitions stay together, what cannot be used or heard goes to quarantine, all
  /// else is used.
  public init() {}

  /// The policy for a subject.
  public subscript(subject: FaultSubject) -> FaultPolicy {
    chosen[subject] ?? subject.policies.first ?? .keep
  }

  /// Chooses a policy.
  ///
  /// - Throws: ``FaultPolicyError`` where it makes no sense for the subject.
  public mutating func choose(
    _ policy: FaultPolicy, for subject: FaultSubject
  ) throws(FaultPolicyError) {
    guard subject.policies.contains(policy) else {
      throw FaultPolicyError(
        subject: subject.rawValue, detail: "cannot be \(NameRules.quoted(policy.rawValue))",
        hint: "use \(FaultPolicyError.list(subject.policies))")
    }
    chosen[subject] = policy == subject.policies.first ? nil : policy
  }

  /// Chooses a policy by names, as a recipe or a command line gives them.
  ///
  /// - Throws: ``FaultPolicyError`` for a name that is none, and for a policy that makes no sense.
  public mutating func choose(_ policy: String, for subject: String) throws(FaultPolicyError) {
    guard let known = FaultSubject(rawValue: subject) else {
      throw FaultPolicyError(
        subject: JSONPath.shown(subject), detail: "is no kind of fault",
        hint: "use \(FaultPolicyError.list(FaultSubject.allCases))")
    }
    guard let choice = FaultPolicy(rawValue: policy) else {
      throw FaultPolicyError(
        subject: subject, detail: "is \(NameRules.quoted(policy)), which is no policy",
        hint: "use \(FaultPolicyError.list(known.policies))")
    }
    try choose(choice, for: known)
  }
}

/// Why a fault policy cannot be chosen.
public struct FaultPolicyError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of fault that was named.
  public let subject: String
  /// What is wrong.
  public let detail: String
  /// What to use instead.
  public let hint: String

  /// One line: subject, fault, remedy.
  public var description: String { Words.shown("\(subject) \(detail); \(hint)") }

  static func list<Name: RawRepresentable>(_ names: [Name]) -> String
  where Name.RawValue == String {
    let names = names.map(\.rawValue)
    guard names.count > 1, let last = names.last else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " or " + last
  }
}

extension FaultPolicies: Codable {
  /// Reads policies.
  /// - Throws: `DecodingError` for a wrong shape, ``FaultPolicyError`` for a wrong name or choice.
  public init(from decoder: any Decoder) throws {
    let names = try [String: String](from: decoder)
    for (subject, policy) in names.sorted(by: { ByteOrder.precedes($0.key, $1.key) }) {
      try choose(policy, for: subject)
    }
  }

  /// Writes the policy for every subject.
  /// - Throws: `EncodingError` where the encoder refuses.
  public func encode(to encoder: any Encoder) throws {
    try Dictionary(uniqueKeysWithValues: FaultSubject.allCases.map { ($0.rawValue, self[$0]) })
      .encode(to: encoder)
  }
}
