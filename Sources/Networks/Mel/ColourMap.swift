import Training

/// Turns a picture of levels into one of three channels, by a perceptual map of 256 colours from dark blue
/// through green to yellow.
///
/// The table goes linearly through nine anchors of matplotlib's viridis (Smith and van der Walt, CC0).
/// Lightness rises evenly along it, so that the three channels are three curves over the level.
final class ColourMap: Layer {
  let outputShape: [Int]
  private let low: Float
  private let factor: Float
  private let positions: Int
  private var result: FloatStorage?

  /// Red, green and blue from 0 to 1 of the 256 levels.
  static let table: [(red: Float, green: Float, blue: Float)] = {
    let anchors: [UInt32] = [
      0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c, 0x28ae80, 0x5ec962, 0xaddc30, 0xfde725,
    ]
    func part(_ anchor: Int, _ shift: UInt32) -> Float {
      Float((anchors[anchor] >> shift) & 0xFF) / 255
    }
    return (0..<256).map { level in
      let place = Float(level) / 255 * Float(anchors.count - 1)
      let anchor = min(Int(place), anchors.count - 2)
      let share = place - Float(anchor)
      func colour(_ shift: UInt32) -> Float {
        part(anchor, shift) * (1 - share) + part(anchor + 1, shift) * share
      }
      return (colour(16), colour(8), colour(0))
    }
  }()

  /// - Parameter range: the levels, such as decibels, that are the first and the last colour; what lies
  ///   beyond is that colour too.
  init(height: Int, width: Int, range: ClosedRange<Float>) {
    outputShape = [3, height, width]
    positions = height * width
    low = range.lowerBound
    factor = 255 / max(range.upperBound - range.lowerBound, .leastNormalMagnitude)
  }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    try result.reserve(rows * outputCount)
  }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    let result = result.start
    pass.team.share(rows) { _, row in
      let levels = input + row * positions
      let red = result + row * outputCount
      let (green, blue) = (red + positions, red + 2 * positions)
      for position in 0..<positions {
        let level = (levels[position] - low) * factor
        // A NaN has the first colour: what a picture has no level for is dark.
        let colour = Self.table[level > 0 ? Int(min(level, 255).rounded()) : 0]
        red[position] = colour.red
        green[position] = colour.green
        blue[position] = colour.blue
      }
    }
    return result
  }

  /// Nothing before it learns.
  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? {
    nil
  }
}
