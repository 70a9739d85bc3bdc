/// The accuracies of several trainers and splits, one under the other.
public struct AccuracyChart: Figure {
  /// A line of the chart.
  public struct Row: Sendable, Hashable {
    /// Whose accuracy it is.
    public var name: String
    /// Rows of one group stand together.
    public var group: String
    /// The share of tracks that were right.
    public var tracks: Double
    /// Its interval at 95 %, or its spread over several runs.
    public var interval: ClosedRange<Double>?
    /// The share of slices that were right.
    public var slices: Double
    /// Whether what was tested on had been learnt from: drawn in grey, not to be compared.
    public var leaks: Bool

    /// A line of these parts.
    public init(
      name: String, group: String, tracks: Double, interval: ClosedRange<Double>?, slices: Double,
      leaks: Bool = false
    ) {
      self.name = name
      self.group = group
      self.tracks = tracks
      self.interval = interval
      self.slices = slices
      self.leaks = leaks
    }
  }

  /// What it shows.
  public var title: String
  /// The lines, from the top.
  public var rows: [Row]
  /// Whether names stand above their lines, so that the figure fits a phone.
  private var isNarrow = false

  /// A chart of these parts.
  public init(title: String, rows: [Row]) {
    self.title = title
    self.rows = rows
  }

  private var lineHeight: Double { isNarrow ? 40 : 24 }
  private static let groupGap = 10.0
  private var plotWidth: Double { isNarrow ? Self.narrowWidth - 90 : 380 }
  private var top: Double { isNarrow ? 72 : 64 }

  /// The same with names above their lines.
  public var narrowed: (any Figure)? {
    var narrow = self
    narrow.isNarrow = true
    return narrow
  }

  private func nameStyle(_ row: Row) -> TextStyle {
    TextStyle(
      size: 11, colour: row.leaks ? Palette.faintInk : Palette.ink,
      anchor: isNarrow ? .start : .end)
  }

  /// How much lies left of the plot for names.
  private func nameWidth(_ canvas: borrowing Canvas) -> Double {
    if isNarrow { return -4 }
    let widest = rows.map { canvas.width(of: $0.name, nameStyle($0)) }.max() ?? 0
    return min(max(widest, 90), 340)
  }

  /// The middle of each line, and the lower end of the last one.
  private var heights: (rows: [Double], end: Double) {
    var y = top + lineHeight / 2
    var heights: [Double] = []
    for (index, row) in rows.enumerated() {
      if index > 0 {
        y += lineHeight + (rows[index - 1].group == row.group ? 0 : Self.groupGap)
      }
      heights.append(y)
    }
    return (heights, y + lineHeight / 2)
  }

  /// The size that names and lines need.
  public func size(_ canvas: borrowing Canvas) -> Size {
    Size(nameWidth(canvas) + 28 + plotWidth + (isNarrow ? 66 : 70), heights.end + 46)
  }

  /// Draws the axis, a line for each row, and what the marks mean.
  public func draw(on canvas: borrowing Canvas) {
    let (heights, end) = heights
    let plot = Rectangle(nameWidth(canvas) + 28, top, plotWidth, end - top)
    let values = rows.flatMap {
      [$0.tracks, $0.slices] + ($0.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
    }
    let low = min(1, max(0, values.filter(\.isFinite).min() ?? 0))
    let ticks = Ticks(low...1, count: isNarrow ? 4 : 6, limits: 0...1, unit: (100, " %"))
    let span = ticks.range.upperBound - ticks.range.lowerBound
    func x(_ share: Double) -> Double {
      plot.x + (min(max(share, 0), 1) - ticks.range.lowerBound) / span * plot.width
    }
    let title = TextStyle(size: 13, isBold: true)
    canvas.text(
      canvas.fitted(self.title, to: plot.right + 30, title), at: Point(12, 22), title)
    let tick = TextStyle(size: 11, colour: Palette.faintInk, anchor: .middle)
    for (value, label) in zip(ticks.values, ticks.labels) {
      canvas.line([Point(x(value), plot.y), Point(x(value), plot.bottom)], Stroke(Palette.grid))
      canvas.text(label, at: Point(x(value), plot.bottom + 16), tick)
    }
    canvas.line(
      [Point(plot.x, plot.bottom), Point(plot.right, plot.bottom)], Stroke(Palette.frame))
    canvas.text(
      "accuracy", at: Point(plot.centre.x, plot.bottom + 36), TextStyle(size: 11, anchor: .middle))
    drawLegend(at: Point(isNarrow ? 12 : plot.x, 46), canvas)
    for (row, y) in zip(rows, heights) { draw(row, at: y, plot, x: x, canvas) }
  }

  private func draw(
    _ row: Row, at y: Double, _ plot: Rectangle, x: (Double) -> Double,
    _ canvas: borrowing Canvas
  ) {
    let style = nameStyle(row)
    // Above its marks, a name has the whole width.
    let room = isNarrow ? plot.right + 54 - plot.x : plot.x - 28
    let corner = isNarrow ? Point(plot.x, y - 10) : Point(plot.x - 12, y)
    let y = isNarrow ? y + 8 : y
    canvas.centredText(canvas.fitted(row.name, to: room, style), at: corner, style)
    let colour = row.leaks ? Palette.frame : Palette.lines[0]
    if let interval = row.interval {
      let (low, high) = (x(interval.lowerBound), x(interval.upperBound))
      let stroke = Stroke(colour, width: 1.5)
      canvas.line([Point(low, y), Point(high, y)], stroke)
      for end in [low, high] { canvas.line([Point(end, y - 4), Point(end, y + 4)], stroke) }
    }
    canvas.mark(
      .diamond, at: Point(x(row.slices), y), radius: 3.5,
      row.leaks ? Palette.frame : Palette.lines[1])
    canvas.mark(.circle, at: Point(x(row.tracks), y), radius: 4.5, colour)
    canvas.centredText(
      Numbers.percent(row.tracks), at: Point(plot.right + 14, y),
      TextStyle(size: 11, colour: row.leaks ? Palette.faintInk : Palette.lines[0]))
  }

  private func drawLegend(at point: Point, _ canvas: borrowing Canvas) {
    let style = TextStyle(size: 11, colour: Palette.faintInk)
    canvas.mark(.circle, at: Point(point.x + 4, point.y), radius: 4.5, Palette.lines[0])
    let text = "tracks, with 95 % interval"
    canvas.centredText(text, at: Point(point.x + 14, point.y), style)
    let next = point.x + 14 + canvas.width(of: text, style) + 24
    canvas.mark(.diamond, at: Point(next, point.y), radius: 3.5, Palette.lines[1])
    canvas.centredText("slices", at: Point(next + 10, point.y), style)
    guard rows.contains(where: \.leaks) else { return }
    let last = next + 10 + canvas.width(of: "slices", style) + 24
    canvas.mark(.circle, at: Point(last, point.y), radius: 4.5, Palette.frame)
    canvas.centredText("grey: leaks", at: Point(last + 10, point.y), style)
  }
}
