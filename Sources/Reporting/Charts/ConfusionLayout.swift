import Glibc
import Training

/// Where the parts of a confusion matrix lie.
struct ConfusionLayout {
  /// Of the whole figure.
  let size: Size
  private let cell: Double
  private let grid: Rectangle
  private let rowNames: [String]
  private let columnNames: [String]
  /// How the names of columns are turned, in degrees; 0 where they fit between their neighbours.
  private let turn: Double
  private let isNarrow: Bool
  /// Of a narrow matrix, whether cells hold percent since counts are too long.
  private let hasPercent: Bool
  private let title: String

  private static let titleStyle = TextStyle(size: 13, isBold: true)
  private static let axisStyle = TextStyle(size: 11, colour: Palette.faintInk, anchor: .middle)
  private var nameStyle: TextStyle { TextStyle(size: 11) }
  /// Longer names are shortened in their middle.
  private static let longestName = 170.0
  private static let slant = 45.0
  private static let scaleWidth = 74.0
  /// Of a narrow matrix: a cell with two or three digits, and what isn't cells or names.
  private static let smallestCell = 22.0
  private static let narrowMargin = 42.0
  static let mostLabelsOfNarrow = 12

  init(_ chart: ConfusionChart, _ canvas: borrowing Canvas) {
    let count = Double(chart.labels.count)
    isNarrow = chart.isNarrow
    let style = TextStyle(size: 11)
    let forNames = ConfusionChart.narrowWidth - Self.narrowMargin
    let longest =
      isNarrow ? min(100, forNames - Self.smallestCell * count) : Self.longestName
    let names = chart.labels.map { canvas.fitted($0, to: longest, style) }
    let widths = names.map { canvas.width(of: $0, style) }
    let widest = widths.max() ?? 0
    cell = isNarrow ? min(46, (forNames - widest) / count) : Self.cell(chart.labels.count)
    hasPercent = isNarrow && chart.matrix.counts.contains { $0.contains { $0 > 999 } }
    turn = widest <= cell - 4 ? 0 : isNarrow ? -90 : -Self.slant
    rowNames = names
    columnNames = names
    let left = (isNarrow ? 26 : 36) + widest + 8
    let slope = cos(Self.slant * .pi / 180)
    let head: Double = turn == 0 ? 20 : isNarrow ? widest + 12 : widest * slope + 20
    let top = 34 + 20 + head
    let side = cell * count
    grid = Rectangle(left, top, side, side)
    // The last column's name reaches out to the right.
    let overhang = turn == -Self.slant ? max(0, (widths.last ?? 0) * slope - cell / 2 + 6) : 0
    let width =
      isNarrow ? ConfusionChart.narrowWidth : left + side + max(overhang, Self.scaleWidth + 16)
    let minimum = 300.0
    title = canvas.fitted(chart.title, to: max(width, minimum) - 24, Self.titleStyle)
    size = Size(max(width, minimum), top + max(side, 110) + (isNarrow ? 34 : 18))
  }

  /// The side of a cell.
  private static func cell(_ labels: Int) -> Double {
    switch labels {
    case ...4: 64
    case ...12: 46
    case ...25: 32
    case ...50: 26
    default: 16
    }
  }

  func drawTitles(_ chart: ConfusionChart, _ canvas: borrowing Canvas) {
    canvas.text(title, at: Point(12, 22), Self.titleStyle)
    let half = canvas.width(of: "predicted label", Self.axisStyle) / 2
    canvas.text(
      "predicted label", at: Point(max(grid.centre.x, 12 + half), 46), Self.axisStyle)
    var style = Self.axisStyle
    style.angle = -90
    canvas.text(
      "true label", at: Point(isNarrow ? 16 : 22, max(grid.centre.y, grid.y + 28)), style)
  }

  func drawNames(_ chart: ConfusionChart, _ canvas: borrowing Canvas) {
    for index in chart.labels.indices {
      let middle = (Double(index) + 0.5) * cell
      var style = nameStyle
      style.anchor = .end
      canvas.centredText(rowNames[index], at: Point(grid.x - 8, grid.y + middle), style)
      style.anchor = turn == 0 ? .middle : .start
      style.angle = turn
      let shift = turn == 0 ? 0 : style.size * 0.3
      canvas.text(columnNames[index], at: Point(grid.x + middle + shift, grid.y - 7), style)
    }
  }

  func drawCells(_ chart: ConfusionChart, _ canvas: borrowing Canvas) {
    let matrix = chart.matrix
    for row in chart.labels.indices {
      let support = matrix.support(row)
      for column in chart.labels.indices {
        let area = Rectangle(
          grid.x + Double(column) * cell, grid.y + Double(row) * cell, cell, cell)
        let share = support == 0 ? 0 : Double(matrix.counts[row][column]) / Double(support)
        if share > 0 { canvas.fill(area, Self.shade(share)) }
        draw(matrix.counts[row][column], share, in: area, canvas)
      }
      if support == 0 { drawEmpty(row, canvas) }
    }
    let lines = Stroke(Palette.grid, width: 0.75)
    for index in 0...chart.labels.count {
      let offset = Double(index) * cell
      canvas.line([Point(grid.x + offset, grid.y), Point(grid.x + offset, grid.bottom)], lines)
      canvas.line([Point(grid.x, grid.y + offset), Point(grid.right, grid.y + offset)], lines)
    }
    // The diagonal is what is right, also in print.
    for index in chart.labels.indices {
      let offset = Double(index) * cell
      canvas.outline(
        Rectangle(grid.x + offset, grid.y + offset, cell, cell), Stroke(Palette.ink, width: 0.9))
    }
  }

  /// The count of a cell, and its row's share beneath where there is room.
  private func draw(
    _ count: Int, _ share: Double, in area: Rectangle, _ canvas: borrowing Canvas
  ) {
    guard count > 0, cell >= 20 else { return }
    let background = Self.shade(share)
    let colour = background.luminance > 0.2 ? Palette.ink : Palette.paper
    let hasShare = cell >= 40
    var style = TextStyle(
      size: cell >= 60 ? 14 : cell >= 40 ? 12 : 11, colour: colour,
      anchor: .middle)
    // A long number is set smaller rather than over its neighbours.
    let text = hasPercent ? Numbers.fixed(share * 100, 0) : Numbers.grouped(count)
    let width = canvas.width(of: text, style)
    if width > cell - 4 { style.size *= (cell - 4) / width }
    let centre = area.centre
    canvas.centredText(text, at: Point(centre.x, centre.y - (hasShare ? 7 : 0)), style)
    guard hasShare else { return }
    style.size = 11
    style.colour = colour.with(alpha: 0.85)
    canvas.centredText(Numbers.percent(share, 0), at: Point(centre.x, centre.y + 10), style)
  }

  /// A label without anything of it: its row is no row of zeros.
  private func drawEmpty(_ row: Int, _ canvas: borrowing Canvas) {
    let y = grid.y + (Double(row) + 0.5) * cell
    canvas.line(
      [Point(grid.x + 4, y), Point(grid.right - 4, y)],
      Stroke(Palette.frame, width: 0.75, dashes: [1.5, 3]))
  }

  /// What shades mean: a scale, or of a narrow matrix a line beneath.
  func drawScale(_ canvas: borrowing Canvas) {
    if isNarrow {
      let words = hasPercent ? "percent of the row" : "the darker, the larger a share of its row"
      let style = TextStyle(size: 11, colour: Palette.faintInk, anchor: .end)
      return canvas.text(words, at: Point(size.width - 8, size.height - 10), style)
    }
    let height = min(grid.height, 160)
    let area = Rectangle(
      grid.right + 18, max(grid.y, grid.bottom - max(height, 90)), 10, max(height, 90))
    let steps = 64
    for step in 0..<steps {
      let slice = area.height / Double(steps)
      canvas.fill(
        Rectangle(area.x, area.bottom - Double(step + 1) * slice, area.width, slice + 0.3),
        Self.shade((Double(step) + 0.5) / Double(steps)))
    }
    canvas.outline(area, Stroke(Palette.frame, width: 0.75))
    let style = TextStyle(size: 11, colour: Palette.faintInk)
    for share in [0, 0.5, 1] {
      canvas.centredText(
        Numbers.percent(share, 0), at: Point(area.right + 5, area.bottom - share * area.height),
        style)
    }
    var title = style
    title.angle = -90
    title.anchor = .middle
    canvas.text("of the row", at: Point(area.right + 44, area.centre.y), title)
  }

  /// White to dark blue, darker with every step, also in grey.
  static func shade(_ share: Double) -> Colour {
    // Four stops of ColorBrewer's Blues (C. Brewer, Apache licence), straight between them.
    let stops = [
      Colour(0xFFFFFF), Colour(0xC6DBEF), Colour(0x6BAED6), Colour(0x2171B5), Colour(0x08306B),
    ]
    let position = min(max(share, 0), 1) * Double(stops.count - 1)
    let index = min(Int(position), stops.count - 2)
    let rest = position - Double(index)
    let (from, to) = (stops[index], stops[index + 1])
    return Colour(
      red: from.red + (to.red - from.red) * rest,
      green: from.green + (to.green - from.green) * rest,
      blue: from.blue + (to.blue - from.blue) * rest)
  }
}
