import Wording
public import Training

/// A confusion matrix: counts, and the share of each row as a shade.
public struct ConfusionChart: Figure {
  /// What it shows.
  public var title: String
  /// What is counted, such as "tracks".
  public var unit: String
  /// The counts.
  public var matrix: ConfusionMatrix
  /// The names of the labels.
  public var labels: [String]
  /// Whether cells are as small as a phone needs.
  private(set) var isNarrow = false

  /// More labels than these are not drawn: the cells would be smaller than a letter.
  public static let maximumLabels = 100

  /// A chart of these parts.
  /// - Throws: ``ReportError`` `.sizes` for another number of names than labels, none, or more than
  ///   ``maximumLabels``.
  public init(
    title: String, unit: String, matrix: ConfusionMatrix, labels: [String]
  ) throws(ReportError) {
    guard labels.count == matrix.labels, (1...Self.maximumLabels).contains(labels.count) else {
      throw ReportError(
        kind: .sizes, subject: "confusion matrix",
        detail:
          "\(Words.counted(matrix.labels, "label")) with \(labels.count) names cannot be drawn",
        hint: "give 1 to \(Self.maximumLabels) labels, each with a name")
    }
    self.title = title
    self.unit = unit
    self.matrix = matrix
    self.labels = labels
  }

  /// The same with small cells, names shortened and without a scale; nil for more than 12 labels,
  /// whose cells would be too small to read.
  public var narrowed: (any Figure)? {
    guard labels.count <= ConfusionLayout.mostLabelsOfNarrow else { return nil }
    var narrow = self
    narrow.isNarrow = true
    return narrow
  }

  /// The size that cells and names need.
  public func size(_ canvas: borrowing Canvas) -> Size {
    ConfusionLayout(self, canvas).size
  }

  /// Draws the cells, the names and the scale.
  public func draw(on canvas: borrowing Canvas) {
    let layout = ConfusionLayout(self, canvas)
    layout.drawTitles(self, canvas)
    layout.drawNames(self, canvas)
    layout.drawCells(self, canvas)
    layout.drawScale(canvas)
  }
}
