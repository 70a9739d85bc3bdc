/// One axis of a sample: what runs along it, and where its numbers stand.
///
/// Augmentation masks time and frequency by these names, figures write them beside their axes, and
/// tools that read a cache find them in its record of the view.
public struct SampleAxis: Sendable, Hashable, Codable {
  /// What runs along it, in the field's word: "time", "frequency", "coefficient", "pitch class",
  /// "channel", "feature", "embedding".
  public var name: String
  /// The unit of ``positions``, such as "s" or "Hz"; empty for plain numbers.
  public var unit: String
  /// Where the numbers stand along the axis, in the unit.
  public var positions: Positions

  /// Where numbers stand along an axis.
  public enum Positions: Sendable, Hashable {
    /// Evenly: number i at start + i · step.
    case even(start: Double, step: Double)
    /// Each at a position of its own, such as the centres of mel filters.
    case listed([Double])
  }

  /// An axis of these parts.
  public init(_ name: String, unit: String = "", _ positions: Positions = .even(start: 0, step: 1))
  {
    self.name = name
    self.unit = unit
    self.positions = positions
  }

  /// Time in seconds; number i stands `i · step` seconds after `start`.
  public static func time(start: Double = 0, step: Double) -> SampleAxis {
    SampleAxis("time", unit: "s", .even(start: start, step: step))
  }

  /// Frequency in hertz.
  public static func frequency(_ positions: Positions) -> SampleAxis {
    SampleAxis("frequency", unit: "Hz", positions)
  }

  /// Channels of audio, the left before the right.
  public static let channel = SampleAxis("channel")

  /// Whether time runs along it.
  public var isTime: Bool { name == "time" }
  /// Whether frequency runs along it.
  public var isFrequency: Bool { name == "frequency" }
  /// Whether channels of audio do.
  public var isChannel: Bool { name == "channel" }

  /// Where number `index` stands, in ``unit``; nil beyond a list.
  public func position(of index: Int) -> Double? {
    switch positions {
    case .even(let start, let step): start + Double(index) * step
    case .listed(let positions): positions.indices.contains(index) ? positions[index] : nil
    }
  }

  private enum CodingKeys: String, CodingKey { case name, unit, start, step, positions }

  /// Reads an axis: `start` and `step`, or a list of `positions`.
  ///
  /// - Throws: `DecodingError` for a wrong shape.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    name = try fields.decode(String.self, forKey: .name)
    unit = try fields.decode(String.self, forKey: .unit)
    if let listed = try fields.decodeIfPresent([Double].self, forKey: .positions) {
      positions = .listed(listed)
    } else {
      positions = .even(
        start: try fields.decode(Double.self, forKey: .start),
        step: try fields.decode(Double.self, forKey: .step))
    }
  }

  /// Writes what ``init(from:)`` reads.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(name, forKey: .name)
    try fields.encode(unit, forKey: .unit)
    switch positions {
    case .even(let start, let step):
      try fields.encode(start, forKey: .start)
      try fields.encode(step, forKey: .step)
    case .listed(let positions):
      try fields.encode(positions, forKey: .positions)
    }
  }
}
