package import Corpus
internal import DataLoading
import Synchronization

extension OpenCache {
  /// Mean and deviation of samples: as the cache keeps them, or computed once for all that this
  /// process opens, since a cache keeps none of several sides together.
  /// - Throws: `SampleError` where a sample cannot be read.
  package func statistics(
    of samples: any SampleSource, axis: SampleStatistics.Axis, threads: Int
  ) throws(SampleError) -> SampleStatistics {
    let key = "\(axis.rawValue) of \(samples.identity)"
    if let known = statistics.withLock({ $0[key] }) { return known }
    let found = try Normalisation.of(training: samples, axis: axis, threads: threads).statistics
    statistics.withLock { $0[key] = found }
    return found
  }
}

extension LoaderParts {
  /// The statistics of the training side, those that are kept where there are some.
  ///
  /// Of several caches each sample counts alike, whatever the weights that the caches are mixed
  /// with.
  /// - Throws: `.notFound`, `.source`, `.damaged`, `.system`.
  package static func statistics(
    _ normalising: LoaderOptions.Normalising, of view: String, _ sides: [Side], threads: Int
  ) throws(InterfaceError) -> SampleStatistics {
    var parts: [SampleStatistics] = []
    for side in sides {
      let training = try side.cache.samples(
        view: view, of: side.choice.normalising(by: normalising.sides))
      do throws(SampleError) {
        parts.append(
          try side.cache.statistics(of: training, axis: normalising.axis, threads: threads))
      } catch {
        throw InterfaceError(error)
      }
    }
    return try merged(parts, axis: normalising.axis)
  }

  /// Mean and deviation over the samples of all parts.
  private static func merged(
    _ parts: [SampleStatistics], axis: SampleStatistics.Axis
  ) throws(InterfaceError) -> SampleStatistics {
    if parts.count == 1 { return parts[0] }
    guard let first = parts.first, parts.allSatisfy({ $0.means.count == first.means.count })
    else {
      throw InterfaceError(.source, "sources: their samples have other shapes; mix those of one")
    }
    let samples = parts.reduce(0) { $0 + $1.samples }
    func mean(_ number: (SampleStatistics) -> Double) -> Double {
      parts.reduce(0) { $0 + number($1) * Double($1.samples) } / Double(samples)
    }
    let means = first.means.indices.map { index in mean { $0.means[index] } }
    // The variance of a union: the mean variance, and the variance of the means.
    let deviations = first.means.indices.map { index in
      mean { part in
        let (deviation, distance) = (part.deviations[index], part.means[index] - means[index])
        return deviation * deviation + distance * distance
      }.squareRoot()
    }
    return SampleStatistics(axis: axis, samples: samples, means: means, deviations: deviations)
  }
}
