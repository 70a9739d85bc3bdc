extension Augmentation {
  /// Mixup: λ of the sample and 1 − λ of a partner, which may be any sample of the source and
  /// is augmented on its own; their labels become a distribution in the same proportion.
  ///
  /// Source: Zhang, Cissé, Dauphin, Lopez-Paz, "mixup: Beyond Empirical Risk Minimization",
  /// ICLR 2018.
  public struct Mixup: AugmentationPart {
    static let name = "mixup"

    /// λ is drawn from Beta(alpha, alpha); 0.01 to 100. Small values leave most samples nearly
    /// pure, 1 makes every λ as likely.
    public var alpha: Double

    /// Mixing with λ from Beta(alpha, alpha).
    public init(alpha: Double) {
      self.alpha = alpha
    }

    func check() throws(LoadingError) {
      try Self.require(alpha, within: 0.01...100, "alpha")
    }
  }

  /// SpecAugment's masks: stretches of time and of frequency that are covered.
  ///
  /// Each mask has a width drawn evenly from 0 to its maximum, and then a position drawn evenly from
  /// those where it fits; masks may overlap. Time is the last axis of the sample.
  ///
  /// Source: Park, Chan, Zhang, Chiu, Zoph, Cubuk, Le, "SpecAugment", Interspeech 2019.
  public struct SpecAugment: AugmentationPart {
    static let name = "spec_augment"

    enum CodingKeys: String, CodingKey {
      case timeMasks = "time_masks"
      case timeWidth = "time_width"
      case frequencyMasks = "frequency_masks"
      case frequencyWidth = "frequency_width"
      case fill
    }

    /// What stands where a mask lies.
    public enum Fill: String, Sendable, Hashable, Codable, CaseIterable {
      /// The mean of the sample before it was covered.
      case mean
      /// Its smallest number: silence, where it holds decibels.
      case minimum
    }

    /// How many masks along time; 0 to 100.
    public var timeMasks: Int
    /// The greatest width of each in frames; 0 up to the sample's.
    public var timeWidth: Int
    /// How many masks along frequency; 0 to 100.
    public var frequencyMasks: Int
    /// The greatest width of each in bands; 0 up to the sample's.
    public var frequencyWidth: Int
    /// What stands in them.
    public var fill: Fill

    /// Masks of these numbers and widths.
    public init(
      timeMasks: Int, timeWidth: Int, frequencyMasks: Int, frequencyWidth: Int, fill: Fill = .mean
    ) {
      self.timeMasks = timeMasks
      self.timeWidth = timeWidth
      self.frequencyMasks = frequencyMasks
      self.frequencyWidth = frequencyWidth
      self.fill = fill
    }

    func check() throws(LoadingError) {
      try Self.require(timeMasks, within: 0...100, "time_masks")
      try Self.require(timeWidth, within: 0...1_000_000, "time_width")
      try Self.require(frequencyMasks, within: 0...100, "frequency_masks")
      try Self.require(frequencyWidth, within: 0...1_000_000, "frequency_width")
    }
  }
}
