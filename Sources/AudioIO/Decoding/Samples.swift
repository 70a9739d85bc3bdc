/// The samples of one channel, in the form that loses nothing.
public enum Samples: Sendable, Hashable {
  /// Samples of a 16-bit source, as they were stored; the value is `sample / 32768`.
  case int16([Int16])
  /// Any other samples, full scale being -1 to 1.
  case float32([Float])

  /// The number of samples.
  public var count: Int {
    switch self {
    case .int16(let samples): samples.count
    case .float32(let samples): samples.count
    }
  }

  /// Bytes that they take.
  public var byteCount: Int {
    switch self {
    case .int16(let samples): samples.count * MemoryLayout<Int16>.size
    case .float32(let samples): samples.count * MemoryLayout<Float>.size
    }
  }

  /// The samples of `range` as floats, full scale being -1 to 1 (16-bit samples over 32,768).
  /// - Precondition: `range` lies within `0..<count`.
  /// - Complexity: O(range.count).
  public func floats(_ range: Range<Int>) -> [Float] {
    var result: [Float] = []
    copyFloats(range, into: &result)
    return result
  }

  /// All samples as floats, full scale being -1 to 1.
  /// - Complexity: O(count).
  public func floats() -> [Float] { floats(0..<count) }

  /// Puts the samples of `range` into an array that is used again and again: it then holds these
  /// samples only, and is not reallocated where its capacity suffices.
  /// - Precondition: `range` lies within `0..<count`.
  /// - Complexity: O(range.count).
  public func copyFloats(_ range: Range<Int>, into destination: inout [Float]) {
    if destination.count != range.count {
      destination.removeAll(keepingCapacity: true)
      destination.append(contentsOf: repeatElement(0, count: range.count))
    }
    // Spans turn into vector instructions, where a lazy map appends one sample at a time.
    var span = destination.mutableSpan
    copyFloats(range, into: &span)
  }

  /// Puts the samples of `range` at the start of `destination`.
  /// - Precondition: `range` lies within `0..<count` and is no longer than `destination`.
  /// - Complexity: O(range.count).
  public func copyFloats(_ range: Range<Int>, into destination: inout MutableSpan<Float>) {
    precondition(range.count <= destination.count, "the destination is too short")
    switch self {
    case .int16(let samples):
      let source = samples.span.extracting(range)
      for index in source.indices { destination[index] = Float(source[index]) * (1 / 32_768) }
    case .float32(let samples):
      let source = samples.span.extracting(range)
      for index in source.indices { destination[index] = source[index] }
    }
  }
}
