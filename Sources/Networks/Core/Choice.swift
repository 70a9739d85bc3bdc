import Safetensors

/// What a function with a corner decided, number by number.
///
/// The derivatives of max(0, x) and of pooling jump where two numbers change their order, and of
/// millions some are so close that two libraries, which round at other steps, order them
/// differently. Given the same choices both compute one smooth function, whose gradients agree to
/// rounding.
enum Choice {
  /// Of max(0, x), for each x: 1 where it passed, else 0.
  static func passed(_ shape: [Int], _ choices: [UInt8]) -> Tensor {
    Tensor("passed", shape: shape, choices)
  }

  /// Of pooling, for each window: which of its inputs is the largest, row by row from 0;
  /// ``stopped`` where a max(0, ·) in the same layer let nothing through.
  static func taps(_ shape: [Int], _ choices: [Int32]) -> Tensor {
    Tensor("taps", shape: shape, choices)
  }

  /// See ``taps(_:_:)``.
  static let stopped: Int32 = -1

  /// Of max(0, ·) whose outputs begin at an address.
  static func passed(_ shape: [Int], above output: UnsafePointer<Float>) -> Tensor {
    passed(shape, (0..<shape.reduce(1, *)).map { output[$0] > 0 ? 1 : 0 })
  }
}
