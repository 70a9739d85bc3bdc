import Corpus
import DatasetCache
import HTTPTypes
import Safetensors

/// The stored numbers of a track in a view, of their own type.
struct TrackValue {
  let view: View
  let facts: ViewFacts
  let slices: SliceIndex
  /// All of them, as they are stored: a row a slice, or one signal.
  let tensor: Tensor
  /// The whole stored value, safetensors.
  let stored: [UInt8]

  /// Reads a track's value, checked.
  /// - Throws: ``Problem`` 404 where the track has none; `CacheError`.
  init(_ served: ServedCache, _ view: View, of record: TrackRecord) throws {
    let cache = served.cache
    guard let fingerprint = record.views[view], let facts = try served.viewFacts()[view],
      let slices = try cache.slices(of: view, track: record.id),
      let read = try cache.withValue(
        of: view, fingerprint: fingerprint, track: record.id,
        { value in
          Result {
            let header = try SafetensorsHeader(of: value)
            return (header.entries.first?.tensor(in: value), value.withUnsafeBytes { Array($0) })
          }
        }),
      case let (tensor?, stored) = try read.get()
    else {
      throw Problem.missing(
        "the track '\(record.id)' has nothing in \(view.rawValue)",
        hint: "it has \(record.views.keys.map(\.rawValue).sorted().joined(separator: ", "))")
    }
    self.view = view
    self.facts = facts
    self.slices = slices
    self.tensor = tensor
    self.stored = stored
  }

  /// The numbers of one slice, with the shape of a sample.
  /// - Throws: ``Problem`` 404 where there is no such slice, 422 for a view without slices.
  func slice(_ number: Int) throws(Problem) -> Tensor {
    guard number < slices.count else {
      throw .missing(
        "there is no slice \(number) in \(view.rawValue)", hint: "there are \(slices.count)")
    }
    switch facts.form {
    case .rows:
      let size = tensor.shape.dropFirst().reduce(1, *)
      return part(number * size..<(number + 1) * size, shape: Array(tensor.shape.dropFirst()))
    case .signal:
      return samples(from: number * slices.hop, count: slices.length)
    case .track:
      throw Problem(.unprocessableContent, "source", "\(view.rawValue) has no slices")
    }
  }

  /// The mean of all slices, with the shape of a sample; NaN where there is none.
  /// - Throws: ``Problem`` 422 for a view whose slices are not rows of their own.
  func meanSlice() throws(Problem) -> Tensor {
    guard facts.form == .rows else {
      throw Problem(
        .unprocessableContent, "source", "\(view.rawValue) has no slices of which to take a mean")
    }
    let shape = Array(tensor.shape.dropFirst())
    let size = shape.reduce(1, *)
    var sums = [Double](repeating: 0, count: size)
    for (index, number) in tensor.asFloats.enumerated() { sums[index % size] += Double(number) }
    let count = Double(tensor.shape.first ?? 0)
    return Tensor(tensor.name, shape: shape, sums.map { Float($0 / count) })
  }

  /// Some instants of a signal; fewer where it ends before.
  func samples(from start: Int, count: Int) -> Tensor {
    let all = tensor.shape.first ?? 0
    let range = min(start, all)..<min(all, start + count)
    let shape = [range.count] + tensor.shape.dropFirst()
    let size = tensor.shape.dropFirst().reduce(1, *)
    return part(range.lowerBound * size..<range.upperBound * size, shape: shape)
  }

  private func part(_ range: Range<Int>, shape: [Int]) -> Tensor {
    tensor.part(range, shape: shape)
  }
}
