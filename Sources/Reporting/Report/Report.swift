public import Training

/// What runs came to: a page that needs nothing else, and its figures.
///
/// The closing table comes first, then what each leak gains, then a section for each configuration. Folds and
/// seeds of one configuration are told together. The same runs give the same page.
public struct Report: Sendable {
  /// A picture that no run has, such as a spectrogram.
  public struct Illustration: Sendable {
    /// What it shows, for those who do not see it.
    public var caption: String
    /// The picture.
    public var figure: any Figure

    /// A picture with its caption.
    public init(caption: String, figure: any Figure) {
      self.caption = caption
      self.figure = figure
    }
  }

  /// The page's title.
  public let title: String
  let groups: [RunGroup]
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
  }

  /// The closing table as text: rows of cells, the head first.
  public var table: [[String]] { ResultsTable.text(groups) }

  /// The page, UTF-8.
  /// - Throws: ``ReportError`` where a figure cannot be drawn.
  public func html() throws(ReportError) -> [UInt8] {
    var page = """
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
      <h1>\(HTML.text(title))</h1>

      """
    page += ResultsTable.html(groups)
    var count = 0
    func figure(
      _ figure: any Figure, _ title: String, keepsColours: Bool = false
    ) throws(ReportError) -> String {
      count += 1
      let svg = try figure.rendered(.svg, background: nil)
      return InlineFigure.html(
        svg: svg, prefix: "f\(count)-", title: title, keepsColours: keepsColours)
    }
    if let chart = ResultsTable.chart(groups) { page += try figure(chart, chart.title) }
    page += ResultsTable.leaks(LeakGaps(groups))
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
        page += RunSection.labels(group, figures) + "</div>\n"
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
    page += "</body>\n</html>\n"
    return Array(page.utf8)
  }

  /// All figures with names for files, such as `1-mel-resnet18-stratified-loss`.
  public func figures() -> [(name: String, figure: any Figure)] {
    var figures: [(name: String, figure: any Figure)] = []
    if let chart = ResultsTable.chart(groups) { figures.append(("accuracy-of-all", chart)) }
    for (index, group) in groups.enumerated() {
      let name = "\(index + 1)-\(Self.fileName(group.name))"
      let charts = RunCharts(group)
      figures.append(("\(name)-loss", charts.loss))
      figures.append(("\(name)-accuracy", charts.accuracy))
      if let chart = charts.trackConfusion { figures.append(("\(name)-confusion-tracks", chart)) }
      if let chart = charts.sliceConfusion { figures.append(("\(name)-confusion-slices", chart)) }
    }
    for (index, illustration) in illustrations.enumerated() {
      figures.append(("sample-\(index + 1)", illustration.figure))
    }
    return figures
  }

  /// Letters, digits and hyphens, since names come from users and may be commands.
  static func fileName(_ text: String) -> String {
    var name = ""
    for scalar in text.lowercased().unicodeScalars.prefix(80) {
      let isPlain =
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      if isPlain {
        name.unicodeScalars.append(scalar)
      } else if !name.isEmpty, name.last != "-" {
        name += "-"
      }
    }
    return name.last == "-" ? String(name.dropLast()) : name
  }
}
