internal import Safetensors
internal import SignalKit

/// In which type a view's numbers are stored.
public enum ViewPrecision: String, Sendable, Hashable, CaseIterable {
  /// As they are computed: 32-bit floats, and samples of 16-bit audio as 16-bit integers.
  case full
  /// 32-bit floats rounded to 16-bit ones: half the cache, 11 bits of each number, at most 65,504.
  /// What is beyond becomes ±65,504 and is counted. 16-bit integers stay what they are: exact, and
  /// no larger.
  case float16

  /// A computed value as it is stored, and how many of its numbers are beyond what can be.
  func stored(_ tensors: [Tensor]) -> (tensors: [Tensor], beyond: Int) {
    guard self == .float16 else { return (tensors, 0) }
    var beyond = 0
    let rounded = tensors.map { tensor in
      guard let floats = tensor.floats else { return tensor }
      let (halves, count) = HalfPrecision.rounded(floats)
      beyond += count
      return Tensor(tensor.name, shape: tensor.shape, halves)
    }
    return (rounded, beyond)
  }
}

/// The numbers of a view that its precision could not hold.
public struct ViewOverflow: Sendable, Hashable, Codable {
  /// Tracks that have some.
  public var tracks = 0
  /// How many there are, each stored as ±65,504.
  public var numbers = 0
}

extension Tensor {
  /// The stored numbers as a loader delivers them: 16-bit integers as multiples of 1/32,768.
  var delivered: [Float] {
    if let floats { return floats }
    if let halves { return halves.map { Float($0) } }
    return (int16s ?? []).map { Float($0) / 32_768 }
  }
}
