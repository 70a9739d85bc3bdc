import Wording
public import Corpus

/// Levels of bands over time, with what they mean.
public struct Spectrogram: Sendable, Hashable {
  /// Decibels, band by band from the lowest, each with all its frames.
  public let values: [Float]
  /// How many bands there are.
  public let bands: Int
  /// How many frames there are.
  public let frames: Int
  /// Samples in a second.
  public let sampleRate: Double
  /// Samples from one frame to the next.
  public let hop: Int
  /// The middle of each band in Hz, ascending.
  public let frequencies: [Double]

  /// A spectrogram of these parts.
  /// - Throws: ``ReportError`` `.sizes` where the parts contradict each other.
  public init(
    values: [Float], bands: Int, frames: Int, sampleRate: Double, hop: Int, frequencies: [Double]
  ) throws(ReportError) {
    let isAscending = zip(frequencies, frequencies.dropFirst()).allSatisfy { $0 < $1 }
    guard bands > 0, frames > 0, values.count == bands.multipliedReportingOverflow(by: frames).0,
      frequencies.count == bands, isAscending, sampleRate > 0, sampleRate.isFinite, hop > 0,
      (frequencies + [sampleRate]).allSatisfy(\.isFinite)
    else {
      throw ReportError(
        kind: .sizes, subject: "spectrogram",
        detail:
          "\(Words.counted(values.count, "value")) are not "
          + "\(Words.counted(bands, "band")) of \(frames) frames, or the "
          + "\(frequencies.count) frequencies do not ascend",
        hint: "give a value of each band and frame, and a frequency of each band")
    }
    self.values = values
    self.bands = bands
    self.frames = frames
    self.sampleRate = sampleRate
    self.hop = hop
    self.frequencies = frequencies
  }

  /// From so many decibels below the highest value to the highest, or to the lowest value where that is nearer.
  public func levels(dynamicRange: Double = 80) -> ClosedRange<Double> {
    let finite = values.lazy.filter(\.isFinite)
    guard let high = finite.max().map(Double.init), let low = finite.min().map(Double.init) else {
      return -1...0
    }
    let floor = max(low, high - dynamicRange)
    return floor < high ? floor...high : high - 1...high
  }

  /// Pixels of the values, the lowest band at the bottom.
  ///
  /// - Parameters:
  ///   - map: which colour a value has.
  ///   - levels: what has the map's first and last colour.
  ///   - scale: pixels on each side of a value.
  /// - Returns: red, green and blue of each, row by row from the top.
  public func pixels(_ map: ColourMap, levels: ClosedRange<Double>, scale: Int = 1) -> [UInt8] {
    let table = map.table
    let low = Float(levels.lowerBound)
    let factor = 1 / Float(levels.upperBound - levels.lowerBound)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(values.count * scale * scale * 3)
    for band in (0..<bands).reversed() {
      var row: [UInt8] = []
      row.reserveCapacity(frames * scale * 3)
      for value in values[(band * frames)..<((band + 1) * frames)] {
        let place = ColourMap.index((value - low) * factor) * 3
        for _ in 0..<scale { row += table[place..<place + 3] }
      }
      for _ in 0..<scale { pixels += row }
    }
    return pixels
  }
}
