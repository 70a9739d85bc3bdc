/// How a batch is divided into parts whose sums are added in their order.
///
/// There are eight parts, or as many as there are threads where these are more: up to eight threads
/// the results do not depend on how many there are.
struct BatchParts {
  /// Samples of the batch.
  let rows: Int
  /// How many parts there are, none of them empty.
  let count: Int

  init(rows: Int, team: ThreadTeam) {
    self.rows = rows
    count = max(1, min(rows, max(8, team.count)))
  }

  /// The samples of a part.
  subscript(part: Int) -> Range<Int> {
    rows * part / count..<rows * (part + 1) / count
  }

  /// The most samples that a part has.
  var most: Int { (rows + count - 1) / count }
}
