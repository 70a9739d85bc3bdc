import Corpus
import Training

/// Turns a picture of levels into one of three channels from 0 to 1, by ``ColourMap/viridis``,
/// whose lightness rises evenly, so that the three channels are three curves over the level.
final class ColourMapping: Layer {
  let outputShape: [Int]
  private let low: Float
  private let factor: Float
  private let positions: Int
  private var result: FloatStorage?

  /// Red, green and blue from 0 to 1, colour after colour.
  static let table: [Float] = ColourMap.viridis.table.map { Float($0) / 255 }

  /// - Parameter range: the levels, such as decibels, that are the first and the last colour; what
  ///   lies beyond is that colour too.
  init(height: Int, width: Int, range: ClosedRange<Float>) {
    outputShape = [3, height, width]
    positions = height * width
    low = range.lowerBound
    factor = 1 / max(range.upperBound - range.lowerBound, .leastNormalMagnitude)
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
        // A NaN has the first colour: what a picture has no level for is dark.
        let index = 3 * ColourMap.index((levels[position] - low) * factor)
        red[position] = Self.table[index]
        green[position] = Self.table[index + 1]
        blue[position] = Self.table[index + 2]
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
