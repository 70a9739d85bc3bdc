public import Training

/// Curves in the unit square that show how well labels were ranked: precision by recall, or the receiver operating
/// characteristic. A line for all pairs of a track and a label together, a faint one for each label.
public struct RankingChart: Figure {
  /// What the axes are.
  public enum Kind: Sendable, Hashable, CaseIterable {
    /// Precision over recall; chance is a level line at the share of pairs that hold.
    case precisionRecall
    /// True positive rate over false positive rate; chance is the diagonal.
    case receiverOperating
  }

  /// What it shows.
  public var title: String
  /// What the axes are.
  public var kind: Kind
  /// The scores that are drawn.
  public var scores: TagScores
  private var isNarrow = false

  /// More labels than these are not drawn one by one.
  private static let mostLabels = 200

  /// A chart of these parts.
  public init(title: String, kind: Kind, scores: TagScores) {
    self.title = title
    self.kind = kind
    self.scores = scores
  }

  private var side: Double { isNarrow ? Self.narrowWidth - 80 : 300 }

  /// The same for a phone.
  public var narrowed: (any Figure)? {
    var narrow = self
    narrow.isNarrow = true
    return narrow
  }

  /// The size of the square and its texts.
  public func size(_ canvas: borrowing Canvas) -> Size {
    Size(isNarrow ? Self.narrowWidth : 575, side + 120)
  }

  private var axes: (across: String, upward: String) {
    switch kind {
    case .precisionRecall: ("recall", "precision")
    case .receiverOperating: ("false positive rate", "true positive rate")
    }
  }

  private func points(of score: TagScore) -> [(Double, Double)] {
    switch kind {
    case .precisionRecall: score.precisionRecall.map { ($0.recall, $0.precision) }
    case .receiverOperating:
      score.operatingPoints.map { ($0.falsePositiveRate, $0.truePositiveRate) }
    }
  }

  private var area: Double? {
    switch kind {
    case .precisionRecall: scores.micro.averagePrecision
    case .receiverOperating: scores.micro.rocAUC
    }
  }

  /// Where chance is, from the left to the right.
  private var chance: (Double, Double) {
    switch kind {
    case .precisionRecall:
      let share =
        Double(scores.micro.positives)
        / Double(max(1, scores.micro.positives + scores.micro.negatives))
      return (share, share)
    case .receiverOperating: return (0, 1)
    }
  }

  /// Draws the axes, the curves and what they are.
  public func draw(on canvas: borrowing Canvas) {
    let plot = Rectangle(64, 40, side, side)
    func point(_ x: Double, _ y: Double) -> Point {
      Point(plot.x + x * plot.width, plot.bottom - y * plot.height)
    }
    let title = TextStyle(size: 13, isBold: true)
    canvas.text(
      canvas.fitted(self.title, to: size(canvas).width - 24, title), at: Point(12, 22), title)
    var tick = TextStyle(size: 11, colour: Palette.faintInk, anchor: .middle)
    for share in [0.0, 0.25, 0.5, 0.75, 1] {
      canvas.line([point(0, share), point(1, share)], Stroke(Palette.grid))
      canvas.line([point(share, 0), point(share, 1)], Stroke(Palette.grid))
      let label = Numbers.percent(share, 0)
      tick.anchor = .middle
      canvas.text(label, at: Point(point(share, 0).x, plot.bottom + 17), tick)
      tick.anchor = .end
      canvas.centredText(label, at: Point(plot.x - 8, point(0, share).y), tick)
    }
    var style = TextStyle(size: 11, anchor: .middle)
    canvas.text(axes.across, at: Point(plot.centre.x, plot.bottom + 36), style)
    style.angle = -90
    canvas.text(axes.upward, at: Point(20, plot.centre.y), style)
    canvas.line(
      [point(0, chance.0), point(1, chance.1)], Stroke(Palette.frame, width: 1, dashes: [5, 3]))
    let faint = Stroke(Palette.frame.with(alpha: 0.4), width: 0.8)
    for label in scores.labels.prefix(Self.mostLabels) {
      canvas.line(points(of: label).map { point($0.0, $0.1) }, faint)
    }
    canvas.line(
      points(of: scores.micro).map { point($0.0, $0.1) }, Stroke(Palette.lines[0], width: 2.2))
    drawNames(plot, canvas)
  }

  private func drawNames(_ plot: Rectangle, _ canvas: borrowing Canvas) {
    let micro = "all pairs: area " + (area.map { Numbers.fixed($0, 3) } ?? "–")
    let names = [
      (micro, Stroke(Palette.lines[0], width: 2.2)),
      ("each label", Stroke(Palette.frame.with(alpha: 0.6), width: 0.8)),
      ("chance", Stroke(Palette.frame, width: 1, dashes: [5, 3])),
    ]
    var start = isNarrow ? Point(16, plot.bottom + 58) : Point(plot.right + 20, plot.y + 10)
    for (name, stroke) in names {
      canvas.line([start, Point(start.x + 22, start.y)], stroke)
      canvas.centredText(name, at: Point(start.x + 28, start.y), TextStyle(size: 11))
      if isNarrow {
        start.x += 36 + canvas.width(of: name, TextStyle(size: 11)) + 8
      } else {
        start.y += 18
      }
    }
  }
}
