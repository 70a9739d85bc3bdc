/// What is done to a sample each time it is drawn, so that no two epochs show the same one.
///
/// Every part is optional, and each draws from a random stream of its own that depends on nothing
/// but the seed, the epoch, the sample and how often it was drawn before: neither threads nor the
/// order of batches matter, and switching one part on leaves the others as they were. The parts are
/// applied in the order in which they stand here; normalisation and rounding to the batch's type
/// come after.
///
/// As JSON, with all parts:
/// ```json
/// {"speed": {"range": [0.9, 1.1]}, "random_crop": {}, "circular_shift": {"share": 0.25},
///  "gain": {"decibels": [-6, 6]}, "polarity": {"probability": 0.5},
///  "noise": {"probability": 0.5, "decibels": [10, 40]}, "mixup": {"alpha": 0.2},
///  "spec_augment": {"time_masks": 2, "time_width": 20, "frequency_masks": 2, "frequency_width": 16,
///                   "fill": "mean"}}
/// ```
public struct Augmentation: Sendable, Hashable, Codable {
  /// Plays the track faster or slower; signals only.
  public var speed: Speed?
  /// Takes the window anywhere in its track instead of where its slice lies; signals only.
  public var randomCrop: RandomCrop?
  /// Rotates the sample along time; signals and pictures.
  public var circularShift: CircularShift?
  /// Makes it louder or softer; signals only.
  public var gain: Gain?
  /// Turns it upside down; signals only.
  public var polarity: Polarity?
  /// Adds white noise; signals only.
  public var noise: Noise?
  /// Mixes it with another sample, and their labels likewise; anything.
  public var mixup: Mixup?
  /// Covers bands of time and frequency; pictures only.
  public var specAugment: SpecAugment?

  private enum CodingKeys: String, CodingKey {
    case speed, gain, polarity, noise, mixup
    case randomCrop = "random_crop"
    case circularShift = "circular_shift"
    case specAugment = "spec_augment"
  }

  /// No augmentation at all; set the parts that are wanted.
  public init() {}

  /// Checks every number of every part.
  ///
  /// - Throws: ``LoadingError`` that names the first one out of range.
  public func check() throws(LoadingError) {
    try speed?.check()
    try circularShift?.check()
    try gain?.check()
    try polarity?.check()
    try noise?.check()
    try mixup?.check()
    try specAugment?.check()
  }
}

/// One part of an augmentation; its limits are checked in one place.
protocol AugmentationPart: Sendable, Hashable, Encodable {
  /// Its name in JSON.
  static var name: String { get }

  func check() throws(LoadingError)
}

extension AugmentationPart {
  static func require(
    _ range: ClosedRange<Double>, within limits: ClosedRange<Double>, _ field: String,
    _ unit: String = ""
  ) throws(LoadingError) {
    guard limits.contains(range.lowerBound), limits.contains(range.upperBound) else {
      throw .part(
        "\(name).\(field)", "\(range.lowerBound) to \(range.upperBound) is out of range",
        hint: "use numbers from \(limits.lowerBound) to \(limits.upperBound)\(unit)")
    }
  }

  static func require<Number: Comparable>(
    _ value: Number, within limits: ClosedRange<Number>, _ field: String
  ) throws(LoadingError) {
    // A NaN is in no range.
    guard limits.contains(value) else {
      throw .part(
        "\(name).\(field)", "\(value) is out of range",
        hint: "use \(limits.lowerBound) to \(limits.upperBound)")
    }
  }
}

extension LoadingError {
  /// A part of an augmentation or normalisation that cannot be used.
  static func part(_ subject: String, _ detail: String, hint: String) -> LoadingError {
    LoadingError(kind: .configuration, subject: subject, detail: detail, hint: hint)
  }
}
