/// A curve that goes through a plane square by square, each with its four quarters one after the other
/// (G. M. Morton, 1966): points that are next to each other on it share the squares that they lie in.
package struct SquareCurve: Sendable {
  /// How often a square is divided.
  package static let levels = 16

  private let left: Double
  private let low: Double
  private let scale: Double

  /// - Parameters:
  ///   - left, low: the least coordinates.
  ///   - side: how wide the whole square is, above 0.
  package init(left: Double, low: Double, side: Double) {
    self.left = left
    self.low = low
    scale = 65_535 / side
  }

  /// Where a point within the square lies on the curve: two bits a level, the widest first.
  package func position(x: Double, y: Double) -> UInt32 {
    Self.spread((x - left) * scale) << 1 | Self.spread((y - low) * scale)
  }

  /// The bits of a number of 16, with a zero before each.
  private static func spread(_ coordinate: Double) -> UInt32 {
    var bits = UInt32(min(coordinate, 65_535))
    bits = (bits | bits << 8) & 0x00FF_00FF
    bits = (bits | bits << 4) & 0x0F0F_0F0F
    bits = (bits | bits << 2) & 0x3333_3333
    return (bits | bits << 1) & 0x5555_5555
  }
}
