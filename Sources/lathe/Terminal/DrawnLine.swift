import Wording

/// A line of a terminal that is drawn over again and again.
final class DrawnLine {
  private var isDrawn = false

  func draw(_ bar: ProgressBar) {
    Output.draw(bar.line(columns: Terminal.columns))
    isDrawn = true
  }

  /// Takes the line away: what is written next stands in its place.
  func erase() {
    if isDrawn { Output.erase() }
    isDrawn = false
  }

  /// Leaves the line where it is: what is written next begins below it.
  func end() {
    if isDrawn { Output.endLine() }
    isDrawn = false
  }
}
