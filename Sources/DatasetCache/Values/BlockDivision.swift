/// How the numbers of a track are divided into blocks that are checked one by one.
///
/// A slice of a waveform begins where a block does, and so does a picture, so that a slice is
/// covered by few blocks and they by it. What is left over at the end belongs to the last block,
/// since no slice of the usual lengths reaches into it alone.
struct BlockDivision: Hashable {
  /// Numbers of a block, but for the last one.
  let length: Int
  /// Numbers of the track.
  let elements: Int

  /// Blocks are no shorter: 8 bytes of checksum for 8 KB or more.
  static let shortest = 4_096
  private static let longest = 1 << 40

  /// Blocks of a length, which is 1 or more.
  init(elements: Int, length: Int) {
    self.elements = elements
    self.length = length
  }

  /// The length of blocks: the smallest multiple of `step`, the numbers from one slice's start to
  /// the next one's, that is not below ``shortest``; nil where there is none.
  static func length(step: Int) -> Int? {
    guard (1...longest).contains(step) else { return nil }
    return step * ((shortest + step - 1) / step)
  }

  /// The blocks of a value; nil where the values of its view are checked as a whole.
  ///
  /// - Parameters:
  ///   - facts: of the view's values.
  ///   - shape: of the value's one tensor.
  ///   - hop: of its slices, where they are windows of a signal.
  init?(of facts: ViewFacts, shape: [Int], hop: Int) {
    guard facts.hasBlocks else { return nil }
    var elements = 1
    for axis in shape {
      let (product, overflow) = elements.multipliedReportingOverflow(by: axis)
      if overflow { return nil }
      elements = product
    }
    let step = facts.isSignal ? hop * facts.channels : elements / max(1, shape.first ?? 1)
    guard elements >= 0, let length = Self.length(step: step) else { return nil }
    self.init(elements: elements, length: length)
  }

  /// How many blocks there are, at least one.
  var count: Int { max(1, elements / length) }

  /// The numbers of a block.
  func elements(of block: Int) -> Range<Int> {
    block * length..<(block == count - 1 ? elements : (block + 1) * length)
  }

  /// The blocks that hold some of the numbers, which are at least one.
  func blocks(of range: Range<Int>) -> Range<Int> {
    let last = count - 1
    return min(range.lowerBound / length, last)..<min((range.upperBound - 1) / length, last) + 1
  }
}
