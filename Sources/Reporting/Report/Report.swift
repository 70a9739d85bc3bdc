public import Training

/// What runs came to: a page that needs nothing else, and its figures.
///
/// The closing table comes first, then what each leak gains, then a section for each configuration.
/// Folds and seeds of one configuration are summarised together. What was tested on tracks that it
/// had learnt from says so in the table, the charts and its heading, and comes after everything
/// else. The same runs give the same page.
public struct Report: Sendable {
  /// A picture that no run has, such as a spectrogram.
  public struct Illustration: Sendable {
    /// What it shows, in a few words: its file's name is made of them.
    public var name: String
    /// What it shows, for those who do not see it.
    public var caption: String
    /// The picture.
    public var figure: any Figure

    /// A picture with its name and caption.
    public init(name: String, caption: String, figure: any Figure) {
      self.name = name
      self.caption = caption
      self.figure = figure
    }
  }

  /// The page's title.
  public let title: String
  let groups: [RunGroup]
  let rows: [ResultRow]
  /// Configurations on the same tracks, and what leaks gain.
  let tables: [TextTable]
  let comparisons: [PairedComparison]
  let gaps: LeakGaps
  let illustrations: [Illustration]

  /// A report on runs.
  /// - Parameters:
  ///   - runs: in any order.
  ///   - title: the page's title.
  ///   - illustrations: pictures for the end of the page.
  /// - Throws: ``ReportError`` `.empty` where there is no run.
  public init(
    runs: [RunContents], title: String = "Training runs", illustrations: [Illustration] = []
  ) throws(ReportError) {
    guard !runs.isEmpty else {
      throw ReportError(
        kind: .empty, subject: "report", detail: "there is no run", hint: "give run directories")
    }
    self.title = title
    self.illustrations = illustrations
    groups = RunGroup.groups(of: runs)
    rows = ResultRow.rows(groups)
    comparisons = PairedComparison.all(groups)
    gaps = LeakGaps(groups)
    tables = [TextTable(comparisons), TextTable(gaps)].filter { !$0.rows.isEmpty }
  }

  /// What two configurations differ by on the same tracks, and what each leak gains, as text: of each
  /// table rows of cells, the head first. Tables without rows are left out.
  public var furtherTables: [[[String]]] { tables.map { [$0.titles] + $0.rows } }

  /// The closing table as text: rows of cells, the head first. Where nothing leaks and no artist is
  /// shared there is no column for it.
  public var table: [[String]] {
    let hasTags = rows.haveTags
    let cells = rows.map { $0.cells(withTags: hasTags) }
    let table = [ResultRow.titles(withTags: hasTags)] + cells
    let hasNotes = cells.contains { $0.last != "" }
    return hasNotes ? table : table.map { $0.dropLast() }
  }

  /// The closing table as files, named `results` with an ending each: `csv` and `json` for programs
  /// (shares from 0 to 1; JSON has each run and the confusion matrices too), `md` and `tex` for
  /// people, the best row in bold; and likewise `comparisons` and `leaks`, where there are any, whose
  /// data is in `results.json` too.
  /// - Throws: ``ReportError`` `.results` for what JSON cannot hold.
  public func results() throws(ReportError) -> [(name: String, bytes: [UInt8])] {
    try ResultFiles.files(rows, title: title, comparisons: comparisons, gaps: gaps, tables: tables)
  }

  /// The page, UTF-8.
  /// - Throws: ``ReportError`` where a figure cannot be drawn.
  public func html() throws(ReportError) -> [UInt8] {
    let head = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(HTML.text(title))</title>
      <style>
      \(ReportStyle.css)
      </style>
      </head>
      <body>

      """
    var page = "<h1>\(HTML.text(title))</h1>\n" + ResultsTable.html(rows)
    var shapes = SharedShapes()
    func figure(
      _ figure: any Figure, _ title: String, keepsColours: Bool = false
    ) throws(ReportError) -> String {
      InlineFigure.html(
        wide: try figure.rendered(.svg, background: nil),
        narrow: try figure.narrowed?.rendered(.svg, background: nil), shapes: &shapes,
        title: title, keepsColours: keepsColours)
    }
    if let chart = ResultsTable.chart(rows) { page += try figure(chart, chart.title) }
    page += ResultsTable.further(tables)
    for (index, group) in groups.enumerated() {
      page += RunSection.head(group, number: index)
      let charts = RunCharts(group)
      page += "<div class=\"pair\">\n"
      page += try figure(charts.loss, charts.loss.title)
      page += try figure(charts.accuracy, charts.accuracy.title)
      page += "</div>\n"
      if let figures = GroupFigures(group) {
        page += "<div class=\"pair\">\n"
        if let chart = charts.trackConfusion { page += try figure(chart, chart.title) }
        for chart in charts.rankings { page += try figure(chart, chart.title) }
        page +=
          (figures.tags?.html(group.record.labels) ?? RunSection.labels(group, figures))
          + "</div>\n"
        if let chart = charts.sliceConfusion {
          page += "<details><summary>Confusion of slices</summary>\n"
          page += try figure(chart, chart.title) + "</details>\n"
        }
      }
      page += RunSection.tail(group)
    }
    if !illustrations.isEmpty {
      page += "<h2>Samples</h2>\n<div class=\"pair\">\n"
      for illustration in illustrations {
        page += try figure(illustration.figure, illustration.caption, keepsColours: true)
      }
      page += "</div>\n"
    }
    return Array("\(head)\(shapes.html)\(page)</body>\n</html>\n".utf8)
  }

  /// All figures with names for files that say what they show, such as
  /// `mel-resnet18-stratified-confusion-of-tracks`; no two have one name.
  public func figures() -> [(name: String, figure: any Figure)] {
    var names = FigureNames()
    var figures: [(name: String, figure: any Figure)] = []
    func add(_ words: String..., figure: (any Figure)?) {
      if let figure { figures.append((names.name(words), figure)) }
    }
    add("accuracy of all", figure: ResultsTable.chart(rows))
    for group in groups {
      let charts = RunCharts(group)
      add(group.name, "loss by epoch", figure: charts.loss)
      add(
        group.name, charts.rankings.isEmpty ? "accuracy by epoch" : "ranking by epoch",
        figure: charts.accuracy)
      add(group.name, "confusion of tracks", figure: charts.trackConfusion)
      add(group.name, "confusion of slices", figure: charts.sliceConfusion)
      for chart in charts.rankings {
        add(
          group.name,
          chart.kind == .precisionRecall ? "precision and recall" : "receiver operating",
          figure: chart)
      }
    }
    for illustration in illustrations { add(illustration.name, figure: illustration.figure) }
    return figures
  }
}
