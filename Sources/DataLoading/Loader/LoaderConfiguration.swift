/// What a loader delivers, and how.
///
/// ``threads`` and ``prefetch`` change nothing of what is delivered, only how fast.
public struct LoaderConfiguration: Sendable, Hashable, Codable {
  /// What becomes of the samples at the end of an epoch that don't fill a batch.
  public enum LastBatch: String, Sendable, Hashable, Codable, CaseIterable {
    /// They come in a shorter batch. Among several ranks they are shared as evenly as possible; a
    /// rank that none is left for goes on to the next epoch, so ranks may make different numbers of
    /// batches.
    case keep
    /// They are left out, so that all batches are equally long, on all ranks.
    case drop
  }

  /// Samples in a batch, 1 or more.
  public var batchSize = 128
  /// Keys everything random; the same seed gives the same batches.
  public var seed: UInt64 = 0
  /// Whether the samples come in random order, another in every epoch.
  public var shuffle = true
  /// How many epochs there are, 1 or more; nil for no end.
  public var epochs: Int?
  /// What becomes of the rest of an epoch.
  public var lastBatch = LastBatch.keep
  /// In which proportion the samples come.
  public var sampling = Sampling.uniform
  /// Samples in an epoch, of all ranks together, 1 or more; nil for as many as there are. Where
  /// they are fewer or more, the next epoch goes on where the last one ended.
  public var samplesPerEpoch: Int?
  /// Which of ``worldSize`` loaders this is, from 0; together they deliver each epoch once.
  public var rank = 0
  /// How many loaders share the samples, 1 or more.
  public var worldSize = 1
  /// Threads that fill batches ahead, up to 256; with 0 each batch is filled when it is asked for,
  /// by the thread that asks.
  public var threads = 2
  /// How many batches are filled ahead, 1 to 1,024; nil for as many as suit their size.
  public var prefetch: Int?
  /// The type of the numbers delivered.
  public var dataType = DataType.float32
  /// What is done to each sample each time it is drawn; nil for nothing.
  public var augmentation: Augmentation?
  /// What makes the numbers comparable, after augmentation; nil for nothing.
  public var normalisation: Normalisation?

  /// Shuffled batches of 128 float32 samples without end, filled by two threads.
  public init() {}
}

extension LoaderConfiguration {
  /// Refuses values out of their ranges.
  func check() throws(LoadingError) {
    func require(
      _ holds: Bool, _ field: String, _ value: String, _ range: String
    ) throws(LoadingError) {
      guard !holds else { return }
      throw LoadingError(
        kind: .configuration, subject: field, detail: "\(value) cannot be done",
        hint: "give \(range)")
    }
    try require(batchSize >= 1, "batchSize", "\(batchSize)", "1 or more")
    try require(epochs ?? 1 >= 1, "epochs", "\(epochs ?? 0)", "1 or more, or none for no end")
    try require(
      (1...1 << 20).contains(worldSize), "worldSize", "\(worldSize)", "1 to 1,048,576")
    try require(
      (0..<worldSize).contains(rank), "rank", "\(rank) of \(worldSize)",
      "a rank from 0 to below the number of ranks")
    try require((0...256).contains(threads), "threads", "\(threads)", "0 to 256")
    try require(
      (1...1_024).contains(prefetch ?? 1), "prefetch", "\(prefetch ?? 0)",
      "1 to 1,024, or none to have it chosen")
  }

  /// Names the options that decide which sample stands at which position, for ``LoaderState``.
  func orderName(epochLength: Int, weights: [Double]?) -> String {
    var parts = [shuffle ? "shuffled" : "in order"]
    switch sampling {
    case .uniform: break
    case .balanced: parts.append("balanced")
    case .labels(let weights): parts.append("labels \(Self.text(of: weights))")
    case .tracks(let weights): parts.append("tracks \(Self.text(of: weights))")
    }
    if let weights { parts.append("sources \(weights.map { "\($0)" }.joined(separator: ","))") }
    parts.append("\(epochLength) an epoch")
    return parts.joined(separator: "; ")
  }

  /// Few weights in words, many as their hash.
  private static func text(of weights: [String: Double]) -> String {
    let text = weights.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      .joined(separator: ",")
    guard text.utf8.count > 256 else { return text }
    var hash: UInt64 = 0
    for byte in text.utf8 { hash = LoaderStream.mixed(hash ^ UInt64(byte)) }
    return "#" + String(hash, radix: 16)
  }
}
