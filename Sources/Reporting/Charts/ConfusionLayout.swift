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
  private let isSlanted: Bool
  private let title: String

  private static let titleStyle = TextStyle(size: 13, isBold: true)
  private static let axisStyle = TextStyle(size: 11, colour: Palette.faintInk, anchor: .middle)
  private var nameStyle: TextStyle { TextStyle(size: cell < 20 ? 9 : 11) }
  /// Longer names are shortened in their middle.
  private static let longestName = 170.0
  private static let slant = 45.0
  private static let scaleWidth = 74.0

  init(_ chart: ConfusionChart, _ canvas: borrowing Canvas) {
    let count = chart.labels.count
    let cell: Double =
      switch count {
      case ...4: 64
      case ...12: 46
      case ...25: 32
      case ...50: 21
      default: 13
      }
    self.cell = cell
    let style = TextStyle(size: cell < 20 ? 9 : 11)
    let names = chart.labels.map { canvas.fitted($0, to: Self.longestName, style) }
    let widths = names.map { canvas.width(of: $0, style) }
    let widest = widths.max() ?? 0
    // Names stand upright over their columns where they fit between their neighbours.
    isSlanted = widest > cell - 4
    rowNames = names
    columnNames = names
    let left = 36 + widest + 8
    let slope = cos(Self.slant * .pi / 180)
    let head = isSlanted ? widest * slope + 20 : 20
    let top = 34 + 20 + head
    let side = cell * Double(count)
    grid = Rectangle(left, top, side, side)
    // The last column's name reaches out to the right.
    let overhang = isSlanted ? max(0, (widths.last ?? 0) * slope - cell / 2 + 6) : 0
    let width = left + side + max(overhang, Self.scaleWidth + 16)
    let minimum = 300.0
    title = canvas.fitted(chart.title, to: max(width, minimum) - 24, Self.titleStyle)
    size = Size(max(width, minimum), top + max(side, 110) + 18)
  }

  func drawTitles(_ chart: ConfusionChart, _ canvas: borrowing Canvas) {
    canvas.text(title, at: Point(12, 22), Self.titleStyle)
    let half = canvas.width(of: "predicted label", Self.axisStyle) / 2
    canvas.text(
      "predicted label", at: Point(max(grid.centre.x, 12 + half), 46), Self.axisStyle)
    var style = Self.axisStyle
    style.angle = -90
    canvas.text(
      "true label", at: Point(22, max(grid.centre.y, grid.y + 28)), style)
  }

  func drawNames(_ chart: ConfusionChart, _ canvas: borrowing Canvas) {
    for index in chart.labels.indices {
      let middle = (Double(index) + 0.5) * cell
      var style = nameStyle
      style.anchor = .end
      canvas.centredText(rowNames[index], at: Point(grid.x - 8, grid.y + middle), style)
      style.anchor = isSlanted ? .start : .middle
      style.angle = isSlanted ? -Self.slant : 0
      let shift = isSlanted ? style.size * 0.3 : 0
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
      let place = Double(index) * cell
      canvas.line([Point(grid.x + place, grid.y), Point(grid.x + place, grid.bottom)], lines)
      canvas.line([Point(grid.x, grid.y + place), Point(grid.right, grid.y + place)], lines)
    }
    // The diagonal is what is right, also in print.
    for index in chart.labels.indices {
      let place = Double(index) * cell
      canvas.outline(
        Rectangle(grid.x + place, grid.y + place, cell, cell), Stroke(Palette.ink, width: 0.9))
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
      size: cell >= 60 ? 14 : cell >= 40 ? 12 : cell >= 30 ? 10.5 : 8, colour: colour,
      anchor: .middle)
    // A long number is set smaller rather than over its neighbours.
    let text = Numbers.grouped(count)
    let width = canvas.width(of: text, style)
    if width > cell - 4 { style.size *= (cell - 4) / width }
    let centre = area.centre
    canvas.centredText(text, at: Point(centre.x, centre.y - (hasShare ? 7 : 0)), style)
    guard hasShare else { return }
    style.size = 9
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

  func drawScale(_ canvas: borrowing Canvas) {
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
    let style = TextStyle(size: 9, colour: Palette.faintInk)
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
    let place = min(max(share, 0), 1) * Double(stops.count - 1)
    let index = min(Int(place), stops.count - 2)
    let rest = place - Double(index)
    let (from, to) = (stops[index], stops[index + 1])
    return Colour(
      red: from.red + (to.red - from.red) * rest,
      green: from.green + (to.green - from.green) * rest,
      blue: from.blue + (to.blue - from.blue) * rest)
  }
}
