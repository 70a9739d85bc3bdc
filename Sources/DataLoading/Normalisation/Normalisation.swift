public import Corpus

/// Makes numbers comparable: (x − mean) / deviation, with the statistics of the training side,
/// for training, validation and test alike.
///
/// A deviation of 0 counts as 1: what is constant becomes 0.
public struct Normalisation: Sendable, Hashable, Codable {
  /// What is subtracted, and what is divided by.
  public let statistics: SampleStatistics

  /// Normalisation by these statistics.
  public init(_ statistics: SampleStatistics) {
    self.statistics = statistics
  }

  /// Checks that the statistics can be used for samples of this shape.
  ///
  /// - Throws: ``LoadingError``: another number of means than the samples need, or a number that
  ///   is not finite, or a deviation below 0.
  public func check(for shape: [Int]) throws(LoadingError) {
    let needed = statistics.axis == .overall ? 1 : shape.first ?? 1
    guard statistics.means.count == needed, statistics.deviations.count == needed else {
      throw .part(
        "normalisation.statistics",
        "\(statistics.means.count) means and \(statistics.deviations.count) deviations, where samples "
          + "of shape \(shape) need \(needed)",
        hint: "take them from the training side of the same view")
    }
    guard statistics.means.allSatisfy({ Float($0).isFinite }),
      statistics.deviations.allSatisfy({ Float($0).isFinite && $0 >= 0 })
    else {
      throw .part(
        "normalisation.statistics",
        "there is a number that is not finite, or a deviation below 0",
        hint: "compute them anew from the training side")
    }
  }
}
