public import Corpus

/// A source with its share of a mix.
public struct WeightedSource: Sendable {
  /// The samples.
  public let source: any SampleSource
  /// The source's share of the samples, relative to the other weights; nil where every sample of
  /// every source comes once an epoch instead.
  public let weight: Double?

  /// A source, with a weight where the mix has weights.
  public init(_ source: any SampleSource, weight: Double? = nil) {
    self.source = source
    self.weight = weight
  }
}
