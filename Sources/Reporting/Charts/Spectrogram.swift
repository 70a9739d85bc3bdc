import Wording
public import Corpus

/// A sample of two axes as a picture, such as levels of bands over time, with what the axes mean.
public struct Spectrogram: Sendable, Hashable {
  /// The numbers, row by row from the lowest, each with all its columns.
  public let values: [Float]
  /// How many rows there are, such as bands.
  public let bands: Int
  /// How many columns there are, such as frames.
  public let frames: Int
  /// What the rows are; frequency in Hz most often.
  public let rowAxis: SampleAxis
  /// What the columns are; time in seconds most often.
  public let columnAxis: SampleAxis
  /// The unit of the numbers, such as "dB"; empty for plain numbers.
  public let unit: String

  /// A picture of these parts.
  /// - Throws: ``ReportError`` `.sizes` where the parts contradict each other.
  public init(
    values: [Float], bands: Int, frames: Int, rowAxis: SampleAxis, columnAxis: SampleAxis,
    unit: String
  ) throws(ReportError) {
    guard bands > 0, frames > 0, values.count == bands.multipliedReportingOverflow(by: frames).0,
      rowAxis.ascends(bands), columnAxis.ascends(frames)
    else {
      throw ReportError(
        kind: .sizes, subject: "spectrogram",
        detail: "\(values.count) values are not \(bands) bands of \(frames) frames, or the "
          + "positions along an axis do not ascend",
        hint: "give a value of each band and frame, and a position of each band")
    }
    self.values = values
    self.bands = bands
    self.frames = frames
    self.rowAxis = rowAxis
    self.columnAxis = columnAxis
    self.unit = unit
  }

  /// Levels in decibels of bands at these frequencies in Hz, over frames of `hop` samples.
  /// - Throws: ``ReportError`` `.sizes` where the parts contradict each other.
  public init(
    values: [Float], bands: Int, frames: Int, sampleRate: Double, hop: Int, frequencies: [Double]
  ) throws(ReportError) {
    try self.init(
      values: values, bands: bands, frames: frames, rowAxis: .frequency(.listed(frequencies)),
      columnAxis: .time(step: Double(hop) / sampleRate), unit: "dB")
  }

  /// From the lowest value to the highest; of decibels from no lower than so many below the highest.
  ///
  /// Numbers of other units, such as cepstral coefficients, may differ by any amount.
  public func levels(dynamicRange: Double = 80) -> ClosedRange<Double> {
    let finite = values.lazy.filter(\.isFinite)
    guard let high = finite.max().map(Double.init), let low = finite.min().map(Double.init) else {
      return -1...0
    }
    let floor = unit == "dB" ? max(low, high - dynamicRange) : low
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
        let index = ColourMap.index((value - low) * factor) * 3
        for _ in 0..<scale { row += table[index..<index + 3] }
      }
      for _ in 0..<scale { pixels += row }
    }
    return pixels
  }
}

extension SampleAxis {
  /// Whether it has so many positions, each above the one before.
  fileprivate func ascends(_ count: Int) -> Bool {
    switch positions {
    case .even(let start, let step): start.isFinite && step > 0 && step.isFinite
    case .listed(let positions):
      positions.count == count && positions.allSatisfy(\.isFinite)
        && zip(positions, positions.dropFirst()).allSatisfy { $0 < $1 }
    }
  }

  /// What stands beside it in a figure.
  var title: String { unit.isEmpty ? name : "\(name) in \(unit)" }
}
