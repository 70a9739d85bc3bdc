internal import Corpus
internal import DataLoading
internal import DatasetCache
import Synchronization

/// A loader behind a handle, with the caches that it reads.
final class OpenLoader: Sendable {
  /// What a batch is told in, laid out as `lathe_batch`.
  struct Record {
    var inputs: UnsafeMutableRawPointer
    var labels: UnsafeMutablePointer<Int64>
    var tracks: UnsafeMutablePointer<Int64>
    var slices: UnsafeMutablePointer<Int64>
    var labelDistributions: UnsafeMutablePointer<Float>?
    var count: Int64
    var epoch: Int64
    var index: Int64
    var shape: (Int64, Int64, Int64, Int64)
    var axes: Int32
    var type: Int32
    var slot: Int32
    var endsEpoch: Int32
  }

  private struct Use {
    var lent = 0
    var isClosed = false
  }

  private let loader: Loader
  private let statistics: SampleStatistics?
  /// A process may have a store open once, so they stay on the shelf for as long as they are read.
  private let caches: [OpenCache]
  private let batchesAtStart: Int?
  private let use = Mutex(Use())
  /// The loader wants one caller at a time.
  private let turn = Mutex(())

  /// Opens what the options ask for.
  /// - Throws: `.configuration`, `.notFound`, `.source`, `.state`, `.damaged`, `.system`.
  init(
    _ options: LoaderOptions, of cache: OpenCache, on shelf: OpenCache.Shelf
  ) throws(InterfaceError) {
    let sides = try Self.sides(options, of: cache, on: shelf)
    caches = sides.map(\.cache)
    var list: [WeightedSource] = []
    for side in sides {
      let samples = try side.cache.samples(
        view: options.view, split: side.split, side: side.side)
      list.append(WeightedSource(samples, weight: side.weight))
    }
    guard let shape = list.first?.source.shape, (1...4).contains(shape.count) else {
      throw InterfaceError(.source, "\(options.view): samples have no axes, or more than four")
    }
    var configuration = options.configuration
    statistics = try options.normalising.map { normalising throws(InterfaceError) in
      try Self.statistics(normalising, of: options.view, sides, threads: configuration.threads)
    }
    configuration.normalisation = statistics.map { Normalisation($0) }
    do throws(LoadingError) {
      var state = options.state
      if state == nil, options.epoch > 0 {
        state = try Loader.start(of: list, configuration: configuration, epoch: options.epoch)
      }
      loader = try Loader(list, configuration: configuration, state: state)
    } catch {
      throw InterfaceError(error)
    }
    batchesAtStart = loader.batchesLeft
  }

  private struct Side {
    let cache: OpenCache
    let split: String?
    let side: String?
    let weight: Double?
  }

  private static func sides(
    _ options: LoaderOptions, of cache: OpenCache, on shelf: OpenCache.Shelf
  ) throws(InterfaceError) -> [Side] {
    if options.sources.isEmpty {
      return [Side(cache: cache, split: options.split, side: options.side, weight: nil)]
    }
    var sides: [Side] = []
    for source in options.sources {
      sides.append(
        Side(
          cache: try shelf.open(source.path), split: source.split, side: source.side,
          weight: source.weight))
    }
    return sides
  }
}
