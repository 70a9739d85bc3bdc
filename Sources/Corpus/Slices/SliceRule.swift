/// How a track is cut into slices.
///
/// Slice i is the samples `[i * hop, i * hop + length)`; it exists when
/// `i * hop + required <= frames` and, where a maximum is set, `i < maximumCount`. `required` may
/// exceed `length`: the public GTZAN table asks for more samples than it uses.
public struct SliceRule: Sendable, Hashable {
  /// Samples of a slice; nil for the whole track.
  public let length: Int?
  /// Samples from the start of one slice to the start of the next.
  public let hop: Int
  /// Samples that must exist from a slice's start on; at least `length`.
  public let required: Int
  /// The largest number of slices of a track; nil for no limit.
  public let maximumCount: Int?

  /// The largest length, hop or requirement, in samples (over 500 days at 22,050 Hz).
  public static let maximumSamples = 1 << 40

  /// A rule of these numbers, checked.
  /// - Parameters:
  ///   - length: samples of a slice, 1 or more.
  ///   - hop: samples from start to start, 1 or more; less than `length` makes slices overlap.
  ///   - required: samples that must exist from the start on; `length` when not given.
  ///   - maximumCount: the largest number of slices, 1 or more; nil for no limit.
  /// - Throws: ``SliceRuleError`` that names the number and its range.
  public init(
    length: Int, hop: Int, required: Int? = nil, maximumCount: Int? = nil
  ) throws(SliceRuleError) {
    let required = required ?? length
    try SliceRuleError.check("length", length, in: 1...Self.maximumSamples)
    try SliceRuleError.check("hop", hop, in: 1...Self.maximumSamples)
    try SliceRuleError.check("required", required, in: length...Self.maximumSamples)
    if let maximumCount {
      try SliceRuleError.check("maximumCount", maximumCount, in: 1...Self.maximumSamples)
    }
    self.init(uncheckedLength: length, hop: hop, required: required, maximumCount: maximumCount)
  }

  private init(uncheckedLength length: Int?, hop: Int, required: Int, maximumCount: Int?) {
    self.length = length
    self.hop = hop
    self.required = required
    self.maximumCount = maximumCount
  }

  /// One slice, the whole track, where it has at least one sample.
  public static let whole = SliceRule(
    uncheckedLength: nil, hop: 1, required: 1, maximumCount: 1)

  /// The rows of the public GTZAN table of 3 s features: slice i is samples
  /// `[66,150 i, 66,150 i + 66,149)` and exists when `66,150 (i + 1) < frames`, strictly.
  public static let gtzanFeatures = SliceRule(
    uncheckedLength: 66_149, hop: 66_150, required: 66_151, maximumCount: nil)

  /// Windows of 2 s with 1 s of overlap, at 22,050 Hz.
  public static let gtzanWaveform = SliceRule(
    uncheckedLength: 44_100, hop: 22_050, required: 44_100, maximumCount: nil)

  /// The first 20 s as ten slices of 2 s, at 22,050 Hz.
  public static let gtzanMel = SliceRule(
    uncheckedLength: 44_100, hop: 44_100, required: 44_100, maximumCount: 10)

  /// The number of slices of a track of `frames` samples; 0 for a track that is too short.
  /// - Complexity: O(1).
  public func count(frames: Int) -> Int {
    guard frames >= required else { return 0 }
    let fitting = (frames - required) / hop + 1
    return maximumCount.map { min($0, fitting) } ?? fitting
  }

  /// The slices of a track of `frames` samples; none for a track that is too short.
  /// - Complexity: O(1).
  public func slices(frames: Int) -> Slices {
    Slices(count: count(frames: frames), hop: hop, length: length ?? frames)
  }
}

extension SliceRule: Codable {
  private enum CodingKeys: String, CodingKey {
    case length, hop, required, maximumCount
  }

  /// Reads and checks a rule; without a length it is ``whole``.
  /// - Throws: `DecodingError` for a wrong shape, ``SliceRuleError`` for a number out of range.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    guard let length = try fields.decodeIfPresent(Int.self, forKey: .length) else {
      for key in fields.allKeys {
        throw SliceRuleError(
          subject: key.stringValue, detail: "is set although there is no length",
          hint: "give a length too, or nothing at all for the whole track")
      }
      self = .whole
      return
    }
    try self.init(
      length: length, hop: fields.decode(Int.self, forKey: .hop),
      required: fields.decodeIfPresent(Int.self, forKey: .required),
      maximumCount: fields.decodeIfPresent(Int.self, forKey: .maximumCount))
  }

  /// Writes the rule; ``whole`` is an empty object.
  /// - Throws: `EncodingError` where the encoder refuses.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    guard let length else { return }
    try fields.encode(length, forKey: .length)
    try fields.encode(hop, forKey: .hop)
    try fields.encode(required, forKey: .required)
    try fields.encodeIfPresent(maximumCount, forKey: .maximumCount)
  }
}
