/// The extents of activations in two dimensions.
///
/// They lie *blocked*: [blocks, height, width, 16], sixteen channels side by side, channels beyond
/// the last being zero. One vector of AVX-512, or two of AVX2, then holds a position, whatever the
/// layer does there.
struct BlockedShape: Equatable {
  var channels: Int
  var height: Int
  var width: Int

  /// How many channels lie side by side.
  static let lanes = 16

  /// Groups of sixteen channels, the last filled up.
  var blocks: Int { (channels + Self.lanes - 1) / Self.lanes }
  /// Positions of a channel.
  var positions: Int { height * width }
  /// Floats of a block of one sample.
  var planeCount: Int { positions * Self.lanes }
  /// Floats of one sample.
  var count: Int { blocks * planeCount }
  /// Floating-point operations of a product of `rows` positions of this many blocks with as many
  /// blocks of sixteen outputs.
  static func operations(rows: Int, blocks: Int, outputBlocks: Int) -> Int {
    2 * rows * blocks * lanes * outputBlocks * lanes
  }
  /// As a layer's output shape.
  var axes: [Int] { [blocks, height, width, Self.lanes] }

  /// What is made of each number of `rows` samples, in the order [rows, channels, height, width].
  /// - Parameter value: given where a number lies.
  func unblocked<Value>(rows: Int, _ value: (Int) -> Value) -> [Value] {
    var result: [Value] = []
    result.reserveCapacity(rows * channels * positions)
    for row in 0..<rows {
      for channel in 0..<channels {
        let (block, lane) = channel.quotientAndRemainder(dividingBy: Self.lanes)
        let start = row * count + block * planeCount + lane
        for position in 0..<positions { result.append(value(start + position * Self.lanes)) }
      }
    }
    return result
  }
}

/// A square window that moves over a plane: of a convolution or a pooling.
struct Window: Equatable {
  var kernel: Int
  var stride = 1
  var padding = 0

  /// How many positions it has along an axis of `length`: ⌊(length + 2 padding − kernel) /
  /// stride⌋
  /// + 1.
  func positions(along length: Int) -> Int {
    max(0, (length + 2 * padding - kernel) / stride + 1)
  }

  /// What it makes of a plane, with as many channels as are given.
  func output(of input: BlockedShape, channels: Int) -> BlockedShape {
    BlockedShape(
      channels: channels, height: positions(along: input.height),
      width: positions(along: input.width))
  }
}
