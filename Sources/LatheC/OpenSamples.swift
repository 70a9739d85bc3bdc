internal import Corpus
internal import DataLoading
internal import DatasetCache

/// Samples behind a handle, read by their numbers.
final class OpenSamples: Sendable {
  private let reader: SampleReader
  private let statistics: SampleStatistics?
  /// A process may have a store open once, so it stays on the shelf for as long as it is read.
  private let cache: OpenCache

  private static let keys = ["view", "dtype", "normalisation"]

  /// Opens what the configuration asks for.
  /// - Throws: `.configuration`, `.notFound`, `.source`, `.damaged`, `.system`.
  init(_ json: JSONValue, of cache: OpenCache) throws(InterfaceError) {
    let fields = try JSONFields(json, at: "", keys: Self.keys + SideChoice.keys)
    let view = try LoaderOptions.view(fields)
    let choice = try SideChoice(fields)
    let type = try fields.choice("dtype", DataType.self) ?? .float32
    statistics = try LoaderOptions.Normalising(fields).map { normalising throws(InterfaceError) in
      try OpenLoader.statistics(
        normalising, of: view, [.init(cache: cache, choice: choice, weight: nil)], threads: 2)
    }
    let source = try cache.samples(view: view, of: choice)
    do throws(LoadingError) {
      reader = try SampleReader(
        source, dataType: type, normalisation: statistics.map { Normalisation($0) })
    } catch {
      throw InterfaceError(error)
    }
    self.cache = cache
  }

  /// How many there are.
  var count: Int { reader.source.count }

  /// What `lathe_samples_describe` tells.
  var description: JSONValue {
    let source = reader.source
    return .object([
      "labels": .array(source.labels.map(JSONValue.string)),
      "shape": .array(source.shape.map { .integer(Int64($0)) }),
      "samples": .integer(Int64(source.count)),
      "bytes": .integer(Int64(reader.sampleBytes)),
      "normalisation": OpenLoader.json(statistics),
    ])
  }

  /// Writes samples to the caller's memory.
  /// - Throws: `.notFound` for a number that is none of a sample; `.damaged`, `.system`.
  func read(
    _ numbers: UnsafeBufferPointer<Int64>, to output: UnsafeMutableRawPointer
  ) throws(InterfaceError) {
    for index in numbers.indices { unsafe try check(numbers[index]) }
    do throws(SampleError) {
      unsafe try reader.read(numbers.lazy.map(Int.init), to: output)
    } catch {
      throw InterfaceError(error)
    }
  }

  /// The label, track and slice of a sample.
  /// - Throws: `.notFound` for a number that is none of a sample.
  func place(of number: Int64) throws(InterfaceError) -> (label: Int64, place: SamplePlace) {
    try check(number)
    let source = reader.source
    return (Int64(source.label(of: Int(number))), source.place(of: Int(number)))
  }

  private func check(_ number: Int64) throws(InterfaceError) {
    do throws(SampleError) { try reader.check(Int(number)) } catch {
      throw InterfaceError(.notFound, error.description)
    }
  }

  /// The id of a track.
  /// - Throws: `.notFound`.
  func trackID(_ number: Int64) throws(InterfaceError) -> String {
    let id = reader.source.trackID(Int(number))
    if !id.isEmpty { return id }
    throw InterfaceError(.notFound, "track \(number) has none of these samples")
  }
}
