import Wording

/// The tracks that sound the same, as a person reads them.
enum DuplicatesText {
  static func lines(_ report: DuplicateReport, cache: String) -> [String] {
    var lines: [String] = []
    if report.pairs.isEmpty {
      lines.append("no two of \(Words.tracks(report.tracks)) sound the same")
    } else {
      var rows = [["first", "second", "offset s", "similarity", "overlap s", "labels", "manifest"]]
      rows += report.pairs.map { pair in
        [
          Words.shown(pair.first), Words.shown(pair.second), Words.fixed(pair.offset, 2),
          pair.isIdentical ? "same bytes" : Words.fixed(pair.similarity, 3),
          Words.fixed(pair.overlap, 1), pair.labelsDiffer ? "differ" : "same",
          pair.isKnown ? "known" : "-",
        ]
      }
      lines += Words.table(rows)
      let different = report.pairs.count(where: \.labelsDiffer)
      let known = report.pairs.count(where: \.isKnown)
      lines.append(
        "\(pairs(report.pairs.count)) in \(groups(report.groups.count)) among "
          + "\(Words.tracks(report.tracks)); labels differ in \(different), the manifest knows \(known)"
      )
    }
    if report.tracksWithoutFingerprint > 0 {
      lines.append(
        "\(Words.tracks(report.tracksWithoutFingerprint)) without a fingerprint, compared by their bytes "
          + "only; lathe prepare makes the fingerprints")
    }
    return lines
  }

  static func pairs(_ count: Int) -> String {
    Words.counted(count, "pair")
  }

  private static func groups(_ count: Int) -> String {
    Words.counted(count, "group")
  }
}
