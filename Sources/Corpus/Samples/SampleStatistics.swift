/// The mean and the standard deviation of the samples of a source, taken over all of them.
public struct SampleStatistics: Sendable, Hashable, Codable {
  /// What a mean is taken for.
  public enum Axis: String, Sendable, Hashable, Codable, CaseIterable {
    /// One mean and deviation for all numbers.
    case overall
    /// One for each index of a sample's first axis: each feature, each mel band.
    case first
  }

  /// What each mean is for.
  public let axis: Axis
  /// How many samples they were taken over.
  public let samples: Int
  /// The means, in the samples' own unit.
  public let means: [Double]
  /// The population standard deviations, 0 where the numbers are constant.
  public let deviations: [Double]

  /// Statistics of these parts.
  public init(axis: Axis, samples: Int, means: [Double], deviations: [Double]) {
    self.axis = axis
    self.samples = samples
    self.means = means
    self.deviations = deviations
  }
}
