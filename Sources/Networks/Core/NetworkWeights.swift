import Safetensors
import Training

extension Network {
  /// All weights and statistics under PyTorch's names, in its layout.
  /// - Parameter values: what stands for each parameter; the parameter's own where it is nil.
  func tensors(_ values: [FloatStorage]? = nil) -> [Tensor] {
    let learnt = parameters.enumerated().map { index, parameter in
      Tensor(
        parameter.name, shape: parameter.shape,
        Array((values?[index] ?? parameter.value).span.prefix(parameter.count)))
    }
    let kept = statistics.map { statistic -> Tensor in
      let numbers = Array(statistic.value.span)
      return statistic.isCount
        ? Tensor(statistic.name, shape: statistic.shape, numbers.map { Int64($0) })
        : Tensor(statistic.name, shape: statistic.shape, numbers)
    }
    return learnt + kept
  }

  /// Takes over what ``tensors(_:)`` gave.
  /// - Throws: ``TrainingError/Kind/checkpoint`` where a tensor is missing, has another shape, or
  ///   is not of this network; nothing was changed then.
  func restore(_ file: TensorFile) throws(TrainingError) {
    var floats: [(FloatStorage, [Float])] = []
    for parameter in parameters {
      floats.append((parameter.value, try file.floats(parameter.name, shape: parameter.shape)))
    }
    for statistic in statistics {
      guard statistic.isCount else {
        floats.append((statistic.value, try file.floats(statistic.name, shape: statistic.shape)))
        continue
      }
      // A count is kept as a float, which is exact up to here; nothing depends on it but the file.
      guard let counts = file[statistic.name]?.int64s, counts.count == 1, counts[0] >= 0 else {
        throw file.mismatch(statistic.name, "is no single 64-bit integer of 0 or more")
      }
      floats.append((statistic.value, [Float(min(counts[0], 1 << 24))]))
    }
    let known = Set(parameters.map(\.name) + statistics.map(\.name))
    if let stray = file.names.first(where: { !known.contains($0) }) {
      throw file.mismatch(stray, "is not of this network")
    }
    for (storage, values) in floats { storage.fill(from: values) }
  }
}
