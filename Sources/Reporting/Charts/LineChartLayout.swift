/// Where the parts of a line chart lie.
struct LineChartLayout {
  /// The area of the lines.
  let plot: Rectangle
  private let epochTicks: Ticks
  private let valueTicks: Ticks
  private let names: [String]
  private let epochs: Int

  private static let tickStyle = TextStyle(size: 11, colour: Palette.faintInk)
  private static let nameStyle = TextStyle(size: 11)
  private static let titleStyle = TextStyle(size: 13, isBold: true)
  /// From a line's end to its name.
  private static let gap = 10.0
  /// From one name to the next.
  static let lineHeight = 15.0

  init(_ chart: LineChart, _ canvas: borrowing Canvas) {
    epochs = chart.epochs
    valueTicks = Self.valueTicks(chart)
    epochTicks = Ticks(
      1...Double(max(2, epochs)), count: chart.hasNamesBeneath ? 5 : 8,
      limits: 1...Double(max(2, epochs)), isWhole: true)
    let width = chart.extent.width
    // A name may take a third of the figure, or all of its own line; the value behind it is never
    // cut.
    let limit = chart.hasNamesBeneath ? width - 60 : width / 3
    names = chart.series.map { series in
      let value = Self.lastValue(series, chart.quantity)
      let room = limit - canvas.width(of: " " + value, Self.nameStyle)
      let name = canvas.fitted(series.name, to: max(40, room), Self.nameStyle)
      // A word after a name reads as a part of it.
      let isWord = value.first?.isLetter == true
      return value.isEmpty ? name : "\(name)\(isWord ? ":" : "") \(value)"
    }
    let nameWidth = names.map { canvas.width(of: $0, Self.nameStyle) }.max() ?? 0
    let tickWidth = valueTicks.labels.map { canvas.width(of: $0, Self.tickStyle) }.max() ?? 0
    let left = 16 + 14 + tickWidth + 8
    let top = 40.0
    let beside = chart.hasNamesBeneath ? 0 : nameWidth + Self.gap
    let beneath = chart.hasNamesBeneath ? Double(names.count) * Self.lineHeight + 8 : 0
    plot = Rectangle(
      left, top, max(80, width - left - beside - 14),
      max(60, chart.extent.height - top - 46 - beneath))
  }

  /// What the axis of the values shows: all of them, unless a few lie so far out that they would
  /// flatten the others.
  private static func valueTicks(_ chart: LineChart) -> Ticks {
    let values = chart.series.flatMap { series in
      series.values.compactMap { $0 }
        + series.band.compactMap { $0 }.flatMap {
          [$0.lowerBound, $0.upperBound]
        }
    }.filter(\.isFinite).sorted()
    guard let low = values.first, var high = values.last else {
      return Ticks(
        0...1, limits: chart.quantity == .share ? 0...1 : nil, unit: unit(chart.quantity))
    }
    if chart.quantity == .share {
      return Ticks(
        min(max(low, 0), 1)...min(max(high, 0), 1), limits: 0...1, unit: unit(.share))
    }
    let usual = values[(values.count - 1) * 9 / 10]
    if usual > 0, high > 6 * usual { high = 2 * usual }
    // From 0 on, unless that would squeeze the lines into the upper half.
    let first = low >= 0 && low < high * 0.5 ? 0 : low
    return Ticks(
      first...max(first, high), limits: low >= 0 ? 0...Double.greatestFiniteMagnitude : nil)
  }

  private static func unit(_ quantity: LineChart.Quantity) -> (factor: Double, suffix: String) {
    quantity == .share ? (100, " %") : (1, "")
  }

  private static func lastValue(
    _ series: LineChart.Series, _ quantity: LineChart.Quantity
  ) -> String {
    guard let value = series.values.last(where: { $0 != nil }) ?? nil else { return "" }
    guard value.isFinite else { return value.isNaN ? "not a number" : "infinite" }
    return quantity == .share ? Numbers.percent(value) : Numbers.short(value)
  }

  private func x(_ epoch: Double) -> Double {
    // One epoch stands in the middle.
    if epochs == 1 { return plot.x + plot.width / 2 }
    return plot.x + (epoch - 1) / Double(epochs - 1) * plot.width
  }

  private func y(_ value: Double) -> Double {
    let (low, high) = (valueTicks.range.lowerBound, valueTicks.range.upperBound)
    // Cairo counts in 24 bits before the point; what is that far out is clipped anyway.
    let share = min(max((value - low) / (high - low), -20), 21)
    return plot.bottom - share * plot.height
  }

  func drawAxes(_ chart: LineChart, _ canvas: borrowing Canvas) {
    let title = canvas.fitted(chart.title, to: chart.extent.width - 24, Self.titleStyle)
    canvas.text(title, at: Point(12, 22), Self.titleStyle)
    for (value, label) in zip(valueTicks.values, valueTicks.labels) {
      let y = y(value)
      canvas.line([Point(plot.x, y), Point(plot.right, y)], Stroke(Palette.grid))
      var style = Self.tickStyle
      style.anchor = .end
      canvas.centredText(label, at: Point(plot.x - 8, y), style)
    }
    let base = Stroke(Palette.frame)
    canvas.line([Point(plot.x, plot.bottom), Point(plot.right, plot.bottom)], base)
    for (value, label) in zip(epochTicks.values, epochTicks.labels)
    where value <= Double(epochs) {
      let x = x(value)
      canvas.line([Point(x, plot.bottom), Point(x, plot.bottom + 4)], base)
      var style = Self.tickStyle
      style.anchor = .middle
      canvas.text(label, at: Point(x, plot.bottom + 17), style)
    }
    var style = TextStyle(size: 11, anchor: .middle)
    canvas.text("epoch", at: Point(plot.centre.x, plot.bottom + 36), style)
    style.angle = -90
    let valueTitle = canvas.fitted(chart.valueTitle, to: plot.height + 60, style)
    canvas.text(valueTitle, at: Point(20, plot.centre.y), style)
  }

  func drawMark(_ mark: (epoch: Int, name: String), _ canvas: borrowing Canvas) {
    guard (1...epochs).contains(mark.epoch), epochs > 1 else { return }
    let x = x(Double(mark.epoch))
    let stroke = Stroke(Palette.frame, dashes: [2, 3])
    canvas.line([Point(x, plot.y - 2), Point(x, plot.bottom)], stroke)
    var style = TextStyle(size: 11, colour: Palette.faintInk, anchor: .middle)
    let half = canvas.width(of: mark.name, style) / 2
    if x + half > plot.right { style.anchor = .end }
    if x - half < plot.x { style.anchor = .start }
    canvas.text(mark.name, at: Point(x, plot.y - 5), style)
  }

  func drawBand(_ series: LineChart.Series, _ canvas: borrowing Canvas) {
    let points = series.band.enumerated().compactMap {
      index, range -> (Double, ClosedRange<Double>)? in
      guard let range, range.lowerBound.isFinite, range.upperBound.isFinite else { return nil }
      return (x(Double(index + 1)), range)
    }
    let upper = points.map { Point($0.0, y($0.1.upperBound)) }
    let lower = points.reversed().map { Point($0.0, y($0.1.lowerBound)) }
    canvas.fill(upper + lower, colour(series).with(alpha: 0.14))
  }

  func drawLine(_ series: LineChart.Series, _ canvas: borrowing Canvas) {
    let colour = colour(series)
    let stroke = Stroke(
      colour, width: series.isDashed ? 1.5 : 1.8, dashes: series.isDashed ? [5, 3] : [])
    // A line ends where a value is missing or no number, and begins again behind it.
    var pieces: [[(epoch: Int, point: Point)]] = [[]]
    var strays: [Point] = []
    for (index, value) in series.values.enumerated() {
      let x = x(Double(index + 1))
      if let value, value.isFinite {
        pieces[pieces.count - 1].append((index, Point(x, y(value))))
      } else {
        if value != nil { strays.append(Point(x, plot.y + 6)) }
        if pieces.last?.isEmpty == false { pieces.append([]) }
      }
    }
    canvas.clipped(
      to: Rectangle(plot.x - 6, plot.y - 6, plot.width + 12, plot.height + 12)
    ) { canvas in
      for piece in pieces {
        canvas.line(thinned(piece.map(\.point)), stroke)
        let isLone = piece.count == 1
        guard !series.isDashed || isLone else { continue }
        let interval = max(1, (epochs + 19) / 20)
        for (epoch, point) in piece
        where isLone || epoch.isMultiple(of: interval) || epoch == series.values.count - 1 {
          canvas.mark(marker(series), at: point, radius: 3, colour)
        }
      }
    }
    for stray in strays.prefix(200) { canvas.mark(.cross, at: stray, radius: 3.5, colour) }
  }

  /// A line of more points than there are columns keeps the lowest and highest of each column.
  private func thinned(_ points: [Point]) -> [Point] {
    let columns = Int(plot.width)
    guard points.count > 4 * columns else { return points }
    let size = points.count / columns
    return stride(from: 0, to: points.count, by: size).flatMap { start -> [Point] in
      let part = points[start..<min(start + size, points.count)]
      guard let low = part.max(by: { $0.y < $1.y }), let high = part.min(by: { $0.y < $1.y }) else {
        return []
      }
      return low.x < high.x ? [low, high] : [high, low]
    }
  }

  private func colour(_ series: LineChart.Series) -> Colour {
    Palette.lines[abs(series.colour % Palette.lines.count)]
  }

  private func marker(_ series: LineChart.Series) -> Marker {
    Marker(rawValue: abs(series.colour % 4)) ?? .circle
  }

  func drawNames(_ chart: LineChart, _ canvas: borrowing Canvas) {
    if chart.hasNamesBeneath {
      drawNamesBeneath(chart, canvas)
    } else {
      drawNamesBeside(chart, canvas)
    }
  }

  /// A line for each, with a piece of its line before it.
  private func drawNamesBeneath(_ chart: LineChart, _ canvas: borrowing Canvas) {
    for (index, series) in chart.series.enumerated() {
      let y = plot.bottom + 54 + (Double(index) + 0.5) * Self.lineHeight
      let colour = colour(series)
      canvas.line(
        [Point(16, y), Point(38, y)],
        Stroke(colour, width: 1.8, dashes: series.isDashed ? [5, 3] : []))
      if !series.isDashed { canvas.mark(marker(series), at: Point(27, y), radius: 3, colour) }
      var style = Self.nameStyle
      style.colour = colour
      canvas.centredText(names[index], at: Point(44, y), style)
    }
  }

  /// The names stand at the lines' ends, moved apart where they would overlap.
  private func drawNamesBeside(_ chart: LineChart, _ canvas: borrowing Canvas) {
    let ends = chart.series.map { series -> Point in
      let last = series.values.lastIndex { $0?.isFinite ?? false }
      let value = last.flatMap { series.values[$0] }
      let height = value.map { min(max(y($0), plot.y), plot.bottom) } ?? plot.y + 6
      return Point(last.map { x(Double($0 + 1)) } ?? plot.right, height)
    }
    let heights = LabelPlacement.spread(
      ends.map(\.y), by: Self.lineHeight,
      within: (plot.y - 4)...max(plot.y - 4, plot.bottom + 4))
    for (index, series) in chart.series.enumerated() {
      let colour = colour(series)
      let (end, height) = (ends[index], heights[index])
      let start = Point(plot.right + Self.gap, height)
      if abs(height - end.y) > 2 || end.x < plot.right - 1 {
        let from = Point(max(end.x + 4, plot.x), end.y)
        canvas.line(
          [from, Point(start.x - 2, height)], Stroke(colour.with(alpha: 0.45), width: 0.7))
      }
      var style = Self.nameStyle
      style.colour = colour
      canvas.centredText(names[index], at: Point(start.x, height), style)
    }
  }
}
