import Wording

extension Augmentation {
  /// Speed perturbation: tempo and pitch change together, as when a record turns faster.
  ///
  /// The window is cut from the track as if that had been resampled, around the same middle; where
  /// the track is too short for a faster window, silence follows. Factors are multiples of 0.001; a
  /// range stands for its hundredths, each as likely as the others.
  ///
  /// Source: Ko, Peddinti, Povey, Khudanpur, "Audio augmentation for speech recognition",
  /// Interspeech 2015, which uses 0.9, 1 and 1.1.
  public struct Speed: AugmentationPart {
    static let name = "speed"
    static let limits = 0.5...2.0

    /// The factors, in the order given.
    public var factors: [Double]

    /// One of these factors, 0.5 to 2, 1 to 1,000 of them, each as likely as the others.
    public init(factors: [Double]) {
      self.factors = factors
    }

    /// Any hundredth in `range`, which lies within 0.5 to 2.
    public init(range: ClosedRange<Double>) {
      guard Self.limits.contains(range.lowerBound), Self.limits.contains(range.upperBound) else {
        // Kept as they are for `check` to name.
        factors = [range.lowerBound, range.upperBound]
        return
      }
      let first = Int((range.lowerBound * 100 - 1e-6).rounded(.up))
      let last = Int((range.upperBound * 100 + 1e-6).rounded(.down))
      factors = first <= last ? (first...last).map { Double($0) / 100 } : []
    }

    func check() throws(LoadingError) {
      guard (1...1_000).contains(factors.count) else {
        throw .part(
          "speed", "there are \(Words.counted(factors.count, "factor"))",
          hint: "give 1 to 1,000 factors, or a range with a hundredth in it")
      }
      for factor in factors {
        try Self.require(factor, within: Self.limits, "factors")
        guard abs(factor * 1_000 - (factor * 1_000).rounded()) < 1e-6 else {
          throw .part(
            "speed.factors", "\(factor) has more than three decimals", hint: "round it to three")
        }
      }
    }
  }

  /// A window of the same length anywhere in the track, every start as likely as the others.
  public struct RandomCrop: AugmentationPart {
    static let name = "random_crop"

    /// The only kind there is.
    public init() {}

    func check() throws(LoadingError) {}
  }

  /// Rotation along time: what leaves at one end comes in at the other.
  public struct CircularShift: AugmentationPart {
    static let name = "circular_shift"

    /// How far at most, forwards or backwards, as a share of the sample's length: 0 to 0.5. Every
    /// number of steps up to there is as likely as the others.
    public var share: Double

    /// A shift by up to `share` of the length.
    public init(share: Double) {
      self.share = share
    }

    func check() throws(LoadingError) {
      try Self.require(share, within: 0...0.5, "share")
    }
  }

  /// A change of level.
  public struct Gain: AugmentationPart {
    static let name = "gain"

    /// The level in decibels (20 log10 of the factor), evenly from this range; −120 to 120.
    public var decibels: ClosedRange<Double>

    /// A level from `decibels`.
    public init(decibels: ClosedRange<Double>) {
      self.decibels = decibels
    }

    func check() throws(LoadingError) {
      try Self.require(decibels, within: -120...120, "decibels", " dB")
    }
  }

  /// A change of sign.
  public struct Polarity: AugmentationPart {
    static let name = "polarity"

    /// How often; 0 to 1.
    public var probability: Double

    /// A change of sign in this share of the draws; in half of them where nothing is said.
    public init(probability: Double = 0.5) {
      self.probability = probability
    }

    func check() throws(LoadingError) {
      try Self.require(probability, within: 0...1, "probability")
    }
  }

  /// White Gaussian noise at a level relative to the sample's own power; a silent sample stays
  /// silent.
  public struct Noise: AugmentationPart {
    static let name = "noise"

    /// How often; 0 to 1.
    public var probability: Double
    /// The signal-to-noise ratio in decibels (10 log10 of the ratio of mean squares), evenly from
    /// this range; −60 to 120.
    public var decibels: ClosedRange<Double>

    /// Noise at a ratio from `decibels`, in every draw where nothing is said.
    public init(probability: Double = 1, decibels: ClosedRange<Double>) {
      self.probability = probability
      self.decibels = decibels
    }

    func check() throws(LoadingError) {
      try Self.require(probability, within: 0...1, "probability")
      try Self.require(decibels, within: -60...120, "decibels", " dB")
    }
  }
}
