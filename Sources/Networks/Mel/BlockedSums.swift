/// Sums over the positions of blocked activations.
enum BlockedSums {
  /// A bias's gradient: the sum over samples and positions of each channel's.
  static func setBiasGradient(
    _ target: FloatStorage, from gradient: UnsafePointer<Float>, shape: BlockedShape, rows: Int
  ) {
    for channel in 0..<shape.channels {
      let start = channel / BlockedShape.lanes * shape.planeCount + channel % BlockedShape.lanes
      var sum = 0.0
      for row in 0..<rows {
        let plane = gradient + row * shape.count + start
        for position in 0..<shape.positions {
          sum += Double(plane[position * BlockedShape.lanes])
        }
      }
      target.base[channel] = Float(sum)
    }
  }
}
