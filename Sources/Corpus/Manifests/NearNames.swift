/// Names that look like one that isn't there: what somebody may have meant.
public enum NearNames {
  /// Longer names are not compared.
  private static let maximumBytes = 200

  /// The names nearest to `name`, the nearest first: at most so many, and only those that differ
  /// from it in no more than a third of its letters; upper and lower case count as the same.
  ///
  /// - Complexity: O(names · letters²).
  public static func near(
    _ name: String, in names: some Sequence<String>, atMost limit: Int = 3
  ) -> [String] {
    let wanted = Array(name.lowercased().utf8)
    if wanted.count > maximumBytes { return [] }
    let bound = max(1, wanted.count / 3)
    let found = names.compactMap { other -> (name: String, distance: Int)? in
      let letters = Array(other.lowercased().utf8)
      guard abs(letters.count - wanted.count) <= bound else { return nil }
      let distance = distance(wanted, letters)
      return distance <= bound ? (other, distance) : nil
    }
    return found.sorted {
      $0.distance == $1.distance
        ? ByteOrder.precedes($0.name, $1.name) : $0.distance < $1.distance
    }.prefix(limit).map(\.name)
  }

  /// How many letters have to be put in, taken out, changed or exchanged with their neighbour to
  /// make one of the other (optimal string alignment; Damerau, 1964).
  private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
    var before: [Int] = []
    var row = Array(0...second.count)
    for (index, letter) in first.enumerated() {
      var next = [index + 1]
      for (column, other) in second.enumerated() {
        var least = min(
          row[column] + (letter == other ? 0 : 1), row[column + 1] + 1, next[column] + 1)
        if index > 0, column > 0, letter == second[column - 1], first[index - 1] == other {
          least = min(least, before[column - 1] + 1)
        }
        next.append(least)
      }
      before = row
      row = next
    }
    return row[second.count]
  }
}
