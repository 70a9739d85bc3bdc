public import Corpus

/// A spectrogram with axes in Hz and seconds, and a scale in decibels.
public struct SpectrogramChart: Figure {
  /// What it shows.
  public var title: String
  /// The levels.
  public var spectrogram: Spectrogram
  /// Which colour a level has.
  public var map: ColourMap
  /// The axis of the bands.
  public var bandTitle: String { spectrogram.rowAxis.title }
  /// The size of the picture itself, axes not counted.
  public var extent: Size

  /// A chart of these parts.
  public init(
    title: String, spectrogram: Spectrogram, map: ColourMap = .viridis,
    extent: Size = Size(430, 250)
  ) {
    self.title = title
    self.spectrogram = spectrogram
    self.map = map
    self.extent = extent
  }

  private static let tickStyle = TextStyle(size: 11, colour: Palette.faintInk)
  private var plot: Rectangle { Rectangle(76, 38, extent.width, extent.height) }

  /// The picture with its axes and scale.
  public func size(_ canvas: borrowing Canvas) -> Size {
    Size(plot.right + 100, plot.bottom + 46)
  }

  /// The same with a narrower picture.
  public var narrowed: (any Figure)? {
    var narrow = self
    narrow.extent = Size(Self.narrowWidth - 176, extent.height * 0.8)
    return narrow
  }

  /// Draws the picture, the axes and the scale.
  public func draw(on canvas: borrowing Canvas) {
    let style = TextStyle(size: 13, isBold: true)
    canvas.text(
      canvas.fitted(title, to: plot.right + 76, style), at: Point(12, 22), style)
    let levels = spectrogram.levels()
    canvas.image(
      spectrogram.pixels(map, levels: levels), width: spectrogram.frames, in: plot)
    canvas.outline(plot, Stroke(Palette.frame))
    drawTime(canvas)
    drawBands(canvas)
    drawScale(levels, canvas)
  }

  private func drawTime(_ canvas: borrowing Canvas) {
    let (start, step) = Self.spacing(of: spectrogram.columnAxis, spectrogram.frames)
    let end = start + step * Double(spectrogram.frames)
    let ticks = Ticks(start...end, count: plot.width < 250 ? 3 : 6)
    var style = Self.tickStyle
    style.anchor = .middle
    for (value, label) in zip(ticks.values, ticks.labels)
    where value >= start && value <= end + (end - start) * 1e-4 {
      let x = plot.x + (value - start) / (end - start) * plot.width
      canvas.line([Point(x, plot.bottom), Point(x, plot.bottom + 4)], Stroke(Palette.frame))
      canvas.text(label, at: Point(x, plot.bottom + 17), style)
    }
    canvas.text(
      spectrogram.columnAxis.title, at: Point(plot.centre.x, plot.bottom + 36),
      TextStyle(size: 11, anchor: .middle))
  }

  /// Where an axis begins and its mean step, columns being equally wide.
  private static func spacing(of axis: SampleAxis, _ count: Int) -> (start: Double, step: Double) {
    switch axis.positions {
    case .even(let start, let step): return (start, step)
    case .listed(let positions):
      let (first, last) = (positions.first ?? 0, positions.last ?? 0)
      return (first, last > first ? (last - first) / Double(max(1, count - 1)) : 1)
    }
  }

  /// Where the ticks of the bands may stand: octaves for frequencies, round numbers for others.
  private var bandTicks: [(value: Double, label: String)] {
    if spectrogram.rowAxis.isFrequency {
      return [0, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536].map {
        (Double($0), Numbers.grouped($0))
      }
    }
    let last = spectrogram.rowAxis.position(of: spectrogram.bands - 1) ?? 0
    let first = spectrogram.rowAxis.position(of: 0) ?? 0
    guard first < last else { return [] }
    let ticks = Ticks(first...last, count: 6)
    return zip(ticks.values, ticks.labels).map { ($0, $1) }
  }

  /// Bands have equal heights; a frequency lies between the two bands whose middles are around it.
  private func height(of frequency: Double) -> Double? {
    let middles = (0..<spectrogram.bands).compactMap(spectrogram.rowAxis.position(of:))
    guard let next = middles.firstIndex(where: { $0 >= frequency }) else { return nil }
    var band = Double(next)
    if next > 0 {
      band -= (middles[next] - frequency) / (middles[next] - middles[next - 1])
    } else if middles.count > 1 {
      band -= (middles[0] - frequency) / (middles[1] - middles[0])
    }
    let height = (band + 0.5) / Double(spectrogram.bands)
    return (0...1).contains(height) ? plot.bottom - height * plot.height : nil
  }

  private func drawBands(_ canvas: borrowing Canvas) {
    var style = Self.tickStyle
    style.anchor = .end
    var last = Double.infinity
    for (value, label) in bandTicks {
      guard let y = height(of: value), last - y >= 15 else { continue }
      last = y
      canvas.line([Point(plot.x - 4, y), Point(plot.x, y)], Stroke(Palette.frame))
      canvas.centredText(label, at: Point(plot.x - 7, y), style)
    }
    style = TextStyle(size: 11, anchor: .middle, angle: -90)
    canvas.text(
      canvas.fitted(bandTitle, to: plot.height + 60, style), at: Point(20, plot.centre.y), style)
  }

  private func drawScale(_ levels: ClosedRange<Double>, _ canvas: borrowing Canvas) {
    let area = Rectangle(plot.right + 16, plot.y, 12, plot.height)
    let table = map.table
    let column = (0..<256).reversed().flatMap { table[($0 * 3)..<($0 * 3 + 3)] }
    canvas.image(column, width: 1, in: area)
    canvas.outline(area, Stroke(Palette.frame, width: 0.75))
    let ticks = Ticks(levels, count: 6)
    let span = levels.upperBound - levels.lowerBound
    for (value, label) in zip(ticks.values, ticks.labels)
    where value >= levels.lowerBound && value <= levels.upperBound {
      let y = area.bottom - (value - levels.lowerBound) / span * area.height
      canvas.line([Point(area.right, y), Point(area.right + 3, y)], Stroke(Palette.frame))
      canvas.centredText(label, at: Point(area.right + 6, y), Self.tickStyle)
    }
    canvas.text(
      spectrogram.unit, at: Point(area.right + 44, area.centre.y),
      TextStyle(size: 11, anchor: .middle, angle: -90)
    )
  }
}

/// A spectrogram alone: a square of pixels for each value, nothing around it.
public struct SpectrogramImage: Figure {
  /// The levels.
  public var spectrogram: Spectrogram
  /// Which colour a level has.
  public var map: ColourMap
  /// Pixels on each side of a value.
  public var scale: Int

  /// A picture of these parts.
  public init(_ spectrogram: Spectrogram, map: ColourMap, scale: Int = 1) {
    self.spectrogram = spectrogram
    self.map = map
    self.scale = max(1, scale)
  }

  /// A pixel for each value, times the scale.
  public func size(_ canvas: borrowing Canvas) -> Size {
    Size(Double(spectrogram.frames * scale), Double(spectrogram.bands * scale))
  }

  /// Draws the pixels.
  public func draw(on canvas: borrowing Canvas) {
    let pixels = spectrogram.pixels(map, levels: spectrogram.levels())
    canvas.image(
      pixels, width: spectrogram.frames,
      in: Rectangle(0, 0, canvas.size.width, canvas.size.height))
  }
}
