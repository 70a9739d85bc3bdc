internal import Corpus
internal import DataLoading
internal import DatasetCache
internal import OpenCaches

/// Samples behind a handle, read by their numbers.
final class OpenSamples: Sendable {
  private let reader: SampleReader
  private let statistics: SampleStatistics?
  /// A process may have a store open once, so it stays on the shelf for as long as it is read.
  private let cache: OpenCache

  /// What samples are read, and how.
  struct Options {
    let view: String
    let sides: SideChoice
    let type: DataType
    let normalising: LoaderOptions.Normalising?

    /// The whole text that `lathe_samples_open` is given.
    static var form: JSONForm<Options> {
      .object(named: "configuration") { fields throws(JSONFieldError) in
        Options(
          view: try fields.required("view", LoaderOptions.view), sides: try SideChoice(fields),
          type: try fields.optional("dtype", .choice) ?? .float32,
          normalising: try fields.optional("normalisation", LoaderOptions.Normalising.form))
      }
    }
  }

  /// Opens what the options ask for.
  /// - Throws: `.configuration`, `.notFound`, `.source`, `.damaged`, `.system`.
  init(_ options: Options, of cache: OpenCache) throws(InterfaceError) {
    statistics = try options.normalising.map { normalising throws(InterfaceError) in
      try LoaderParts.statistics(
        normalising, of: options.view, [.init(cache: cache, choice: options.sides, weight: nil)],
        threads: 2)
    }
    let source = try cache.samples(view: options.view, of: options.sides)
    do throws(LoadingError) {
      reader = try SampleReader(
        source, dataType: options.type, normalisation: statistics.map { Normalisation($0) })
    } catch {
      throw InterfaceError(error)
    }
    self.cache = cache
  }

  /// How many there are.
  var count: Int { reader.source.count }

  /// What `lathe_samples_describe` returns.
  var description: JSONValue {
    let source = reader.source
    return .object([
      "labels": .array(source.labels.map(JSONValue.string)), "tagged": .bool(source.isTagged),
      "shape": .array(source.shape.map { .integer(Int64($0)) }),
      "samples": .integer(Int64(source.count)),
      "bytes": .integer(Int64(reader.sampleBytes)),
      "normalisation": LoaderParts.json(statistics),
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
  func location(of number: Int64) throws(InterfaceError) -> (label: Int64, location: SampleLocation)
  {
    try check(number)
    let source = reader.source
    return (Int64(source.label(of: Int(number))), source.location(of: Int(number)))
  }

  /// How many labels there are.
  var labelCount: Int { reader.source.labels.count }

  /// - Throws: `.argument` where there are not so many samples from a number on.
  func checkRange(_ first: Int64, _ count: Int64) throws(InterfaceError) {
    guard first >= 0, count >= 0, count <= Int64(self.count) - min(first, Int64(self.count)) else {
      throw InterfaceError(
        .argument, "there are not \(count) samples from number \(first) on: there are \(self.count)"
      )
    }
  }

  /// Writes the weight of each label of a sample, 0 where it has not the label.
  /// - Throws: `.notFound` for a number that is none of a sample.
  func weights(
    of number: Int64, to row: UnsafeMutableBufferPointer<Float>
  ) throws(InterfaceError) {
    try check(number)
    unsafe row.update(repeating: 0)
    reader.source.forEachLabel(of: Int(number)) { label, weight in unsafe row[label] = weight }
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
