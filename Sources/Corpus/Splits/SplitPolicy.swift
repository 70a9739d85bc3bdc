/// What a split keeps to when it assigns tracks.
public enum SplitPolicy: Sendable, Hashable {
  /// Whole groups (recordings with their replicas and versions, artists, near-duplicates), with
  /// every label as near its shares as the groups allow. Nothing leaks.
  case grouped
  /// Whole tracks, with every label shared out alike. An artist may be on two sides.
  case stratified
  /// Slices, drawn one by one, as many published studies did: nearly every track is on every side.
  /// For comparison only.
  case slices
  /// A split that was published with the dataset, under this name.
  case published(String)

  /// Whether pieces of one track come to lie on two sides by design.
  public var leaksByDesign: Bool { self == .slices }
}

extension SplitPolicy: RawRepresentable, Codable {
  private static let publishedPrefix = "published:"

  /// The policy of this text: `grouped`, `stratified`, `slices` or `published:NAME`; nil for
  /// another.
  public init?(rawValue: String) {
    switch rawValue {
    case "grouped": self = .grouped
    case "stratified": self = .stratified
    case "slices": self = .slices
    default:
      guard rawValue.hasPrefix(Self.publishedPrefix) else { return nil }
      let name = rawValue.dropFirst(Self.publishedPrefix.count)
      if name.isEmpty { return nil }
      self = .published(String(name))
    }
  }

  /// The text that ``init(rawValue:)`` reads.
  public var rawValue: String {
    switch self {
    case .grouped: "grouped"
    case .stratified: "stratified"
    case .slices: "slices"
    case .published(let name): Self.publishedPrefix + name
    }
  }
}
