import Safetensors

extension ConvolutionBlock {
  func choices(rows: Int) -> [Tensor] {
    let all = BlockedShape(channels: shape.outputs, height: 1, width: shape.positions)
    let left = BlockedShape(channels: shape.outputs, height: 1, width: pooled)
    let isFirst = order == .rectifyFirst
    func passed(_ shape: BlockedShape, _ output: UnsafePointer<Float>) -> Tensor {
      Choice.passed(
        [rows, shape.channels, shape.width],
        shape.unblocked(rows: rows) { output[$0] > 0 ? 1 : 0 })
    }
    let rectified = isFirst ? [passed(all, values.start)] : []
    guard window > 1 else { return isFirst ? rectified : [passed(left, output.start)] }
    let taps = left.unblocked(rows: rows) { element in
      isFirst || output.start[element] > 0 ? tap(at: element) : Choice.stopped
    }
    return rectified + [Choice.taps([rows, left.channels, left.width], taps)]
  }

  /// Which number of its window the extreme at an index is, the first of equal ones.
  private func tap(at element: Int) -> Int32 {
    let (index, lane) = element.quotientAndRemainder(dividingBy: 16)
    let (plane, position) = index.quotientAndRemainder(dividingBy: pooled)
    let start = values.start + (plane * shape.positions + position * window) * 16 + lane
    let tap = (0..<window).first { start[$0 * 16] == extremes.start[element] }
    return Int32(tap ?? 0)
  }
}
