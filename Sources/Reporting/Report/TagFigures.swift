import Training

/// How well labels were ranked in a group of runs whose tracks may have several.
struct TagFigures: Sendable {
  /// The mean over labels, then of the runs.
  let macroAveragePrecision, macroROCAUC: Spread
  /// Of all pairs of a track and a label.
  let microAveragePrecision, microROCAUC: Spread?
  /// Labels that a run's test side did not have, or had of every track; the most of any run.
  let labelsLeftOut: Int
  /// Of each run that has ended: the scores of its labels.
  let scores: [TagScores]

  /// Nil where each track has one label, or none could be ranked.
  init?(_ figures: [RunFigures]) {
    let metrics = figures.compactMap(\.metrics.tags)
    guard let precision = Spread(metrics.compactMap(\.macroAveragePrecision)),
      let area = Spread(metrics.compactMap(\.macroROCAUC))
    else { return nil }
    macroAveragePrecision = precision
    macroROCAUC = area
    microAveragePrecision = Spread(metrics.compactMap(\.microAveragePrecision))
    microROCAUC = Spread(metrics.compactMap(\.microROCAUC))
    labelsLeftOut = metrics.map(\.labelsLeftOut).max() ?? 0
    scores = figures.compactMap(\.evaluation?.tags)
  }

  /// The mean over the runs of a measure of a label; nil where no run has it.
  func mean(of label: Int, _ measure: (TagScore) -> Double?) -> Double? {
    Spread(
      scores.compactMap { $0.labels.indices.contains(label) ? measure($0.labels[label]) : nil })?
      .mean
  }

  /// A number of three digits with its spread, such as "0.412 ± 0.010".
  static func text(_ spread: Spread?) -> String {
    guard let spread else { return "–" }
    let mean = Numbers.fixed(spread.mean, 3)
    return spread.deviation.map { "\(mean) ± \(Numbers.fixed($0, 3))" } ?? mean
  }

  /// The page's table of labels, those with most tracks first.
  func html(_ names: [String]) -> String {
    func text(_ value: Double?) -> String { value.map { Numbers.fixed($0, 3) } ?? "–" }
    let tracks = names.indices.map { label in mean(of: label) { Double($0.positives) } ?? 0 }
    let rows = names.indices.sorted { (tracks[$1], $0) < (tracks[$0], $1) }.map { label in
      [
        HTML.text(names[label]), Numbers.grouped(Int(tracks[label].rounded())),
        text(mean(of: label, \.averagePrecision)), text(mean(of: label, \.rocAUC)),
        text(mean(of: label, \.f1)),
      ]
    }
    let overall = [
      ["mean over labels", "", Self.text(macroAveragePrecision), Self.text(macroROCAUC), ""],
      [
        "all pairs of track and label", "", Self.text(microAveragePrecision),
        Self.text(microROCAUC), "",
      ],
    ]
    var page = "<div><h3>Labels, by tracks</h3>\n"
    page += HTML.table(
      ["Label", "Tracks", "PR-AUC", "ROC-AUC", "F1"], words: 1, rows: overall + rows)
    if labelsLeftOut > 0 {
      page +=
        "<p class=\"faint\">Labels that no track of the side has, or that all have, cannot be ranked "
        + "(\(labelsLeftOut)): the means are without them.</p>\n"
    }
    return page + "</div>\n"
  }
}
