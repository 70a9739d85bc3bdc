/// In which order values are taken over from ids to ids, some of which are overwritten meanwhile.
enum TakeoverOrder {
  /// The order of steps of which no two go to the same id.
  ///
  /// - Parameters:
  ///   - destinations: the id that each step writes.
  ///   - sources: the id that each step reads.
  /// - Returns: the numbers of the steps in groups. Where all of a group is read before any of it is written, and
  ///   group after group, nothing is read that was overwritten before. A group of several is a circle, such as two
  ///   files that have changed their names.
  static func groups(destinations: [[UInt8]], sources: [[UInt8]]) -> [[Int]] {
    let stepTo = Dictionary(
      destinations.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    /// How many steps are still to read what each step overwrites.
    var readers = [Int](repeating: 0, count: destinations.count)
    for source in sources {
      if let step = stepTo[source] { readers[step] += 1 }
    }
    var groups: [[Int]] = []
    var isDone = [Bool](repeating: false, count: destinations.count)
    var ready = destinations.indices.filter { readers[$0] == 0 }
    var front = 0
    while front < ready.count {
      let step = ready[front]
      front += 1
      isDone[step] = true
      groups.append([step])
      guard let freed = stepTo[sources[step]] else { continue }
      readers[freed] -= 1
      if readers[freed] == 0 { ready.append(freed) }
    }
    // What is left are circles, each of them by itself.
    for start in destinations.indices where !isDone[start] {
      var circle: [Int] = []
      var step = start
      while !isDone[step] {
        isDone[step] = true
        circle.append(step)
        guard let next = stepTo[sources[step]] else { break }
        step = next
      }
      groups.append(circle)
    }
    return groups
  }
}
