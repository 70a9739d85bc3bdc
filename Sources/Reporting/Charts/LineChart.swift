/// Lines over the epochs of a run, such as its loss.
public struct LineChart: Figure {
  /// One line.
  public struct Series: Sendable, Hashable {
    /// What it shows; it stands at the line's end.
    public var name: String
    /// The values of epochs 1, 2, …; nil where there is none. What is no number is marked at the
    /// upper edge.
    public var values: [Double?]
    /// The lowest and highest of several runs at each epoch; none for one run.
    public var band: [ClosedRange<Double>?]
    /// Lines of one colour belong together.
    public var colour: Int
    /// Whether it is drawn in dashes, without markers.
    public var isDashed: Bool

    /// A line of these parts.
    public init(
      name: String, values: [Double?], band: [ClosedRange<Double>?] = [], colour: Int,
      isDashed: Bool = false
    ) {
      self.name = name
      self.values = values
      self.band = band
      self.colour = colour
      self.isDashed = isDashed
    }
  }

  /// What the values are.
  public enum Quantity: Sendable, Hashable {
    /// Any numbers from 0 on; the axis begins at 0 where that costs little.
    case number
    /// Shares, shown in percent.
    case share
  }

  /// What it shows.
  public var title: String
  /// The axis of the values.
  public var valueTitle: String
  /// What the values are.
  public var quantity: Quantity
  /// The lines.
  public var series: [Series]
  /// An epoch to be pointed out, and what it is.
  public var mark: (epoch: Int, name: String)?
  /// The size of the whole figure.
  public var extent: Size

  /// A chart of these parts.
  public init(
    title: String, valueTitle: String, quantity: Quantity, series: [Series],
    mark: (epoch: Int, name: String)? = nil, extent: Size = Size(575, 340)
  ) {
    self.title = title
    self.valueTitle = valueTitle
    self.quantity = quantity
    self.series = series
    self.mark = mark
    self.extent = extent
  }

  /// How many epochs the lines have.
  var epochs: Int { max(1, series.map(\.values.count).max() ?? 1) }

  /// Whether the lines' names stand beneath the plot: beside it there would be no room for lines.
  var hasNamesBeneath: Bool { extent.width < 450 }

  /// The size that was asked for.
  public func size(_ canvas: borrowing Canvas) -> Size { extent }

  /// The same with the lines' names beneath the plot.
  public var narrowed: (any Figure)? {
    var narrow = self
    narrow.extent = Size(
      Self.narrowWidth, 270 + Double(series.count) * LineChartLayout.lineHeight)
    return narrow
  }

  /// Draws the axes, the lines and their names.
  public func draw(on canvas: borrowing Canvas) {
    let layout = LineChartLayout(self, canvas)
    layout.drawAxes(self, canvas)
    canvas.clipped(to: layout.plot) { canvas in
      for series in series { layout.drawBand(series, canvas) }
    }
    if let mark { layout.drawMark(mark, canvas) }
    for series in series { layout.drawLine(series, canvas) }
    layout.drawNames(self, canvas)
  }
}
