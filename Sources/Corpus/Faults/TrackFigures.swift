/// What was measured of a track while it was decoded.
///
/// All but ``clipped`` are of the signal that is prepared: one channel at the recipe's rate, full
/// scale being -1 to 1.
public struct TrackFigures: Sendable, Hashable, Codable {
  /// How long it plays.
  public var seconds: Double
  /// The largest magnitude; a resampled track may exceed 1.
  public var peak: Double
  /// √(mean of x²) in decibels, 0 dB being 1 (a full-scale square wave; a full-scale sine has -3
  /// dB); nil where every sample is zero.
  public var level: Double?
  /// The mean of all samples.
  public var offset: Double
  /// The share of the file's own samples, before channels are mixed and rates changed, that lie in
  /// runs of three or more of one channel at full scale on the same side, 0 to 1.
  public var clipped: Double
  /// The share of its seconds (the last one may be shorter) whose peak is below -60 dB, 0 to 1.
  public var silent: Double
  /// The longest run of digital silence, samples below half a step of 16 bits, in seconds.
  public var longestSilence: Double
  /// The share of its energy, the mean left out, that lies below 20 Hz, 0 to 1.
  public var infrasonic: Double
  /// What is odd about the sizes in the file's header, in a sentence; nil where nothing is.
  public var header: String?

  /// Makes figures of parts.
  public init(
    seconds: Double, peak: Double, level: Double?, offset: Double, clipped: Double, silent: Double,
    longestSilence: Double, infrasonic: Double, header: String? = nil
  ) {
    self.seconds = seconds
    self.peak = peak
    self.level = level
    self.offset = offset
    self.clipped = clipped
    self.silent = silent
    self.longestSilence = longestSilence
    self.infrasonic = infrasonic
    self.header = header
  }
}

extension TrackFigures {
  /// Whether every figure is a finite number; others cannot be kept as JSON.
  public var isFinite: Bool {
    [seconds, peak, level ?? 0, offset, clipped, silent, longestSilence, infrasonic]
      .allSatisfy(\.isFinite)
  }
}

/// From where on a figure is a fault. A limit may be changed without decoding anything again.
public struct VerdictLimits: Sendable, Hashable, Codable {
  /// ``FaultSubject/silent`` from this share of silent seconds on; above 0, at most 1.
  public var silent = 1.0
  /// ``FaultSubject/clipped`` from this share of clipped samples on; above 0, at most 1.
  public var clipped = 0.001
  /// ``FaultSubject/offset`` from this magnitude of the mean on; above 0, at most 1.
  public var offset = 0.01
  /// ``FaultSubject/infrasonic`` from this share of the energy below 20 Hz on; above 0, at most 1.
  public var infrasonic = 0.01

  /// The defaults.
  public init() {}

  /// Reads limits; what is left out has its default.
  /// - Throws: `DecodingError` for a wrong shape.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    silent = try fields.decodeIfPresent(Double.self, forKey: .silent) ?? silent
    clipped = try fields.decodeIfPresent(Double.self, forKey: .clipped) ?? clipped
    offset = try fields.decodeIfPresent(Double.self, forKey: .offset) ?? offset
    infrasonic = try fields.decodeIfPresent(Double.self, forKey: .infrasonic) ?? infrasonic
  }

  /// The limit of a subject that is a figure; nil for another one.
  public func limit(of subject: FaultSubject) -> Double? {
    switch subject {
    case .silent: silent
    case .clipped: clipped
    case .offset: offset
    case .infrasonic: infrasonic
    default: nil
    }
  }
}

extension FaultSubject {
  /// Whether it is a figure that reaches a limit.
  public var hasFigure: Bool { VerdictLimits().limit(of: self) != nil }
}

extension TrackFigures {
  /// The figure that a subject is about, a magnitude; nil for a subject without one.
  public func figure(of subject: FaultSubject) -> Double? {
    switch subject {
    case .silent: silent
    case .clipped: clipped
    case .offset: abs(offset)
    case .infrasonic: infrasonic
    default: nil
    }
  }

  /// What the figures and the file's form say is wrong, in the order of ``FaultSubject``'s cases.
  ///
  /// - Parameters:
  ///   - limits: from where on a figure is a fault.
  ///   - isResampled: whether the file has another rate than the recipe.
  ///   - channels: the channels of the file.
  public func verdicts(
    _ limits: VerdictLimits, isResampled: Bool, channels: Int
  ) -> [FaultSubject] {
    FaultSubject.allCases.filter { subject in
      switch subject {
      case .otherRate: return isResampled
      case .otherChannels: return channels > 1
      case .header: return header != nil
      default:
        guard let figure = figure(of: subject), let limit = limits.limit(of: subject) else {
          return false
        }
        return figure >= limit
      }
    }
  }
}
